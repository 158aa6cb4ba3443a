"""The demo's pictures and voice notes: each drawn once and used again and again."""

from functools import cache
from typing import Final

from citizen.service import File
from demo.rules import pictures, sounds
from demo.rules.chance import SeededChance
from demo.rules.pictures import Motif
from demo.rules.stories import Story
from kernel.media import Kind

VOICES: Final = 2
SECONDS: Final = 4.0


class Album:
    """Hands out files until there are enough: opening one takes the media room its time."""

    def __init__(self, *, most: int) -> None:
        self._left = most

    def with_report(self, story: Story, chance: SeededChance) -> list[File]:
        """Return what comes with a report: a picture, a voice note, or nothing."""
        if story.motif is not None and chance.happens(22) and self._takes():
            return [File(Kind.PICTURE, _picture(story.motif, mended=False))]
        if chance.happens(7) and self._takes():
            return [File(Kind.SOUND, _sound(chance.below(VOICES)))]
        return []

    def of_handling(self, story: Story, chance: SeededChance) -> bytes | None:
        """Return a picture of how it looks now, or None."""
        if story.motif is None or not chance.happens(60) or not self._takes():
            return None
        return _picture(story.motif, mended=True)

    def _takes(self) -> bool:
        self._left -= 1
        return self._left >= 0


@cache
def _picture(motif: Motif, *, mended: bool) -> bytes:
    return pictures.draw(motif, mended=mended)


@cache
def _sound(voice: int) -> bytes:
    return sounds.speak(SECONDS, voice=voice)
