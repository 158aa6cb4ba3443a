"""A form with ready sentences to choose from; what is typed follows the one that was chosen."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.fields.choices import (  # type: ignore[attr-defined]  # the stubs are of 3.2
    SelectChoice,
)
from wtforms.validators import Optional

from grid.rules.phrases import Situation
from kernel.forms import Form, text

LONGEST_PHRASE: Final = 200


class Phrased(Form):
    """Joined before it is judged, so that a chosen sentence alone is enough."""

    situation: ClassVar[Situation]
    says: ClassVar[str] = "words"  # the field that holds the words
    phrase = SelectField(_("常用语（可不选）"), [Optional()], choices=[], validate_choice=False)

    def offer(self, phrases: Sequence[str]) -> None:
        """Let one of *phrases* be chosen."""
        self.phrase.choices = [
            SelectChoice("", _("自己写")),
            *(SelectChoice(one, one) for one in phrases),
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Put the chosen sentence before what was typed, then judge both as one."""
        chosen = text(self.phrase)[:LONGEST_PHRASE]
        if chosen:
            field = self[self.says]
            field.data = "\n".join(part for part in (chosen, text(field)) if part)
            field.raw_data = [field.data]
            self.phrase.data = ""
        return bool(super().validate(extra_validators))
