"""What is read about the house as a whole, for whoever runs it."""

from upkeep.queries.backups import BackupFile, backups
from upkeep.queries.state import last_retention, state

__all__ = ["BackupFile", "backups", "last_retention", "state"]
