"""What is imported late is imported once, and is what it stands for."""

import subprocess
import sys

import pytest

from kernel.late import late

pytestmark = pytest.mark.once(beside="postgresql")


def test_a_module_is_there_when_one_of_its_names_is_used() -> None:
    script = (
        "import sys\n"
        "from kernel.late import late\n"
        "stand_in = late('colorsys')\n"
        "assert 'colorsys' not in sys.modules\n"
        "assert stand_in.rgb_to_hsv is sys.modules['colorsys'].rgb_to_hsv\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_name_it_has_not_is_missed_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="colorsys"):
        _ = late("colorsys").no_such_name


def test_a_module_that_is_not_there_says_so_when_it_is_used() -> None:
    absent = late("no_such_module")

    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        _ = absent.anything


def test_nothing_rare_is_loaded_by_an_application_that_only_starts() -> None:
    rare = ("alembic", "flask_migrate", "fontTools", "fpdf", "httpx", "mutagen", "openpyxl")
    script = f"import sys, bootstrap; print(*({set(rare)!r} & set(sys.modules)))"

    said = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )

    assert said.stdout.split() == []
