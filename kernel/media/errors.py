"""How intake says no: each in a sentence the sender can act on."""

from kernel.errors import Conflict, NotFound, Refusal, TooLarge, Unavailable


class MediaRefused(Refusal):
    """This file is not taken; the words beside it may be."""


class NotAPicture(MediaRefused):
    """What was sent as a picture is none, or of a kind we do not open."""


class NotASound(MediaRefused):
    """What was sent as a voice note is none, or of a kind we do not open."""


class Damaged(MediaRefused):
    """The file is empty, cut off or garbled."""


class TooBig(MediaRefused, TooLarge):
    """The file has more bytes than are taken."""


class TooManyPixels(MediaRefused, TooLarge):
    """The picture is small to send and huge to open."""


class TooLong(MediaRefused, TooLarge):
    """The voice note goes on for longer than anybody will listen."""


class TooManyFiles(MediaRefused, TooLarge):
    """There are as many files here as there may be."""


class BadKey(MediaRefused):
    """The key under which a file was sent cannot be one of ours."""


class OtherContent(Conflict):
    """The key was used before, for another file."""


class MediaUnavailable(Unavailable):
    """The store is full or away; nothing was written down, the words can still be taken."""


class NotThere(NotFound):
    """There is nothing to show: not yet, not any more, or never."""
