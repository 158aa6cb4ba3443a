"""What a case came to is read in few places, so that what is unfounded gets nowhere else.

Whoever needs it elsewhere, to show or to count, asks ``grid.rules.accused.may_be_public`` or
``counts_against`` and adds the module here with its reason.
"""

import ast
from pathlib import Path

from tests.architecture.test_shape import MODULES, ROOT

READ_IN = {
    "demo/service/lives.py": "makes up what happens in the demo",
    "grid/forms/__init__.py": "the handler proposes one, the verifier settles it",
    "grid/models/cases.py": "where it is kept",
    "grid/models/steps.py": "who settled it, and when",
    "grid/queries/accused.py": "whoever was wrongly accused is told that it was not so",
    "grid/queries/detail.py": "for staff who read the case",
    "grid/queries/external.py": "for staff who read the case, as a table",
    "grid/queries/facts.py": "for the rules",
    "grid/queries/progress.py": "for whoever reported it",
    "grid/rules/moves.py": "a reporter only agrees to what was proposed",
    "grid/service/accused.py": "what is unfounded is forgotten",
    "grid/service/moving.py": "it is settled here, and told as an event",
    "grid/service/record.py": "written down with the step",
    "grid/service/residents.py": "a reporter agrees to what was proposed",
    "grid/views/acts.py": "the handler proposes one, the verifier settles it",
    "grid/views/beside.py": "for staff who copy the case into another system",
    "grid/views/copyout.py": "for staff who read the case, as a table",
    "grid/views/case.py": "for staff who read the case",
    "points/handlers.py": "what was told as an event: only what is true or partly true pays",
    "points/queries/own.py": "whether a receipt still offers its coins",
    "points/service/filing.py": "only what is true or partly true pays",
}


def reads_findings(path: Path) -> bool:
    names = {"finding", "proposed_finding"}
    tree = ast.parse(path.read_text())
    return any(isinstance(one, ast.Attribute) and one.attr in names for one in ast.walk(tree))


def test_every_place_that_reads_a_finding_is_known() -> None:
    found = {str(path.relative_to(ROOT)) for path in MODULES if reads_findings(path)}

    assert found == {name for name in READ_IN if reads_findings(ROOT / name)}
    assert found <= set(READ_IN)


def test_no_template_of_residents_shows_a_finding() -> None:
    pages = [*(ROOT / "templates/citizen").glob("*.html"), ROOT / "templates/base.html"]

    assert pages
    assert [page.name for page in pages if "finding" in page.read_text()] == []
