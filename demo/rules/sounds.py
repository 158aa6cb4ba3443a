"""Voice notes the program makes: a hum that rises and falls like somebody speaking."""

import math
import struct
import wave
from io import BytesIO
from typing import Final

RATE: Final = 8000  # samples per second, as a telephone has
LOUD: Final = 9000  # of 32,767
SYLLABLE: Final = 0.22  # seconds
PITCHES: Final = (170, 220, 196, 240, 150, 208)  # Hz


def speak(seconds: float, *, voice: int) -> bytes:
    """Return a WAV of so many *seconds*; each *voice* sounds a little different."""
    samples = []
    for number in range(int(seconds * RATE)):
        at = number / RATE
        syllable, within = divmod(at, SYLLABLE)
        pitch = PITCHES[(int(syllable) * 5 + voice) % len(PITCHES)] + 9 * voice
        swell = math.sin(math.pi * within / SYLLABLE) ** 2
        tone = math.sin(math.tau * pitch * at) + 0.4 * math.sin(2 * math.tau * pitch * at)
        samples.append(int(LOUD * swell * tone))
    file = BytesIO()
    with wave.open(file, "wb") as note:
        note.setnchannels(1)
        note.setsampwidth(2)
        note.setframerate(RATE)
        note.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()
