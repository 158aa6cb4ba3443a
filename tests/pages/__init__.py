"""What people see: the templates, drawn with sample content and driven in Chromium."""
