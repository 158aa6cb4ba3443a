"""What is done to the house as a whole; nothing else writes backups or reads them back."""
