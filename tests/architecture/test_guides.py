"""What the guides show is there."""

import re
from pathlib import Path

import pytest

from tests.architecture.test_shape import ROOT

GUIDES = sorted((ROOT / "docs" / "guide").glob("*.md"))
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.stem))
def test_a_guide_has_pictures_of_a_phone_or_a_desk_and_each_is_there(guide: Path) -> None:
    shown = PICTURE.findall(guide.read_text("utf-8"))

    assert [one for one in shown if "-phone" in one]
    assert [one for one in shown if not (guide.parent / one).is_file()] == []
