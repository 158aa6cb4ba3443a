"""Which forms about promises a case offers, and the sentences to choose from in them."""

from typing import Final

from grid.forms import CaseForm
from grid.forms.phrases import Phrased
from grid.forms.promises import (
    ApproveForm,
    AskForm,
    ExtendForm,
    JudgeForm,
    PauseForm,
)
from grid.queries.promises import Promises

OFFERED: Final[tuple[tuple[str, type[CaseForm]], ...]] = (
    ("may_ask", AskForm),
    ("may_pause", PauseForm),
    ("may_extend", ExtendForm),
    ("may_approve", ApproveForm),
    ("may_judge", JudgeForm),
)


def promised_forms(promises: Promises) -> list[type[CaseForm]]:
    """Return the forms this reader may fill in now."""
    return [form for right, form in OFFERED if getattr(promises, right)]


def offer_phrases(form: CaseForm, promises: Promises) -> None:
    """Let a form that knows phrases offer those of its situation."""
    if isinstance(form, Phrased):
        form.offer(promises.phrases.get(form.situation, ()))
