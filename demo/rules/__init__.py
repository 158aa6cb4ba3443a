"""What the demo district is made of: places, people, stories, pictures; all decided by a seed."""
