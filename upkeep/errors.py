"""The ways the machine's own commands say no.  Each sentence is for whoever runs the machine."""

from kernel.errors import Refusal


class BackupFailed(Refusal):
    """The backup was not made; nothing half done is left under its name."""


class Damaged(Refusal):
    """The file is no backup, or not all of what was written into it."""


class WrongKeys(Refusal):
    """The keys at hand are not those the backup was made with."""


class TooNew(Refusal):
    """The backup or the database is of a newer version than this program."""


class NotEmpty(Refusal):
    """There are data already where something was to be written."""


class MediaMissing(Refusal):
    """Pictures or voices are missing that the database names."""


class RestoreFailed(Refusal):
    """It could not be written back; what the database held before is told in the sentence."""
