"""What is asked about a printed code."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from kernel.forms import Form, text


class CardForm(Form):
    """Why a household's card is blocked or given out anew."""

    reason = StringField(
        _("原因"),
        [InputRequired(_("请写一句原因，比如：卡丢了。")), Length(min=2, max=200)],
    )

    def why(self) -> str:
        """Return the reason as it was typed."""
        return text(self.reason)
