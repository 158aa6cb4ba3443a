"""The timeline of a receipt, and its pictures, as the template wants them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from citizen import rules, service
from citizen.queries import Receipt
from citizen.views import access
from grid.queries import Progress, ProgressStep
from grid.rules import is_night
from grid.service import SAID_AT_THE_END
from kernel.media import Attachment, Kind
from kernel.web.show import when

# What the program writes down itself is said in the reader's language; what people write is not.
KNOWN_NOTES: Final = SAID_AT_THE_END | {service.WITHDRAWN}

Shown = dict[str, object]


def now_of(progress: Progress) -> str | None:
    """Return what goes on now, and who has it; None where it is over."""
    return rules.now_title(progress.worked_state, progress.owner_level)


def timeline_of(found: Receipt, *, full: bool) -> list[Shown]:
    """Return what happened, what goes on and what is still to come; without *full* no words."""
    progress = found.progress
    if progress is None:
        items = [_item("done", _("已收到"), found.report.said_at)]
    else:
        given = [at for at, step in enumerate(progress.steps) if step.given_to]
        now_with = given[-1] if given and progress.owner_name else None
        items = [
            _done(found, step, full=full, names=full or at == now_with)
            for at, step in enumerate(progress.steps)
        ]
    state = None if progress is None else progress.worked_state
    title = rules.now_title(None) if progress is None else now_of(progress)
    if title is not None:
        items.append(_item("now", _(title)))
    else:
        items[-1]["state"] = "now"
    return items + [_item("later", _(stage.value)) for stage in rules.stages_after(state)]


def _done(found: Receipt, step: ProgressStep, *, full: bool, names: bool) -> Shown:
    """Return one step; whoever was given it is named, where *names* lets them be."""
    rests = found.progress is not None and found.progress.night and is_night(step.at)
    title = str(_(rules.plain_title(step.title, at_night=rests)))
    if names and step.given_to:
        title = _("%(head)s：%(rest)s", head=title, rest=step.given_to)
    item = _item("done", title, step.at)
    if not full:
        return item
    with_it = [one for one in found.attachments if one.id in step.attachment_ids]
    mine = f"{found.report.owner}:"
    before = [one for one in with_it if f"{one.owner}:".startswith(mine)]
    after = [one for one in with_it if one not in before]
    photos = photos_of(found, before, _("处理前")) + photos_of(found, after, _("处理后"))
    note = _(step.note) if step.note in KNOWN_NOTES else step.note
    return {**item, "who": step.who or "", "note": note, "photos": photos}


def _item(state: str, title: str, at: datetime | None = None) -> Shown:
    return {"state": state, "title": title, "when": when(at), "who": "", "note": "", "photos": []}


def photos_of(found: Receipt, attachments: Sequence[Attachment], caption: str) -> list[Shown]:
    """Return the pictures among *attachments* that can be shown."""
    return [
        {
            "url": url_of(found, one),
            "thumb": url_of(found, one, thumb=True),
            "alt": caption or _("您拍的第 %(n)s 张照片", n=number),
            "caption": caption,
        }
        for number, one in enumerate(ready(attachments, Kind.PICTURE), 1)
    ]


def ready(attachments: Sequence[Attachment], kind: Kind) -> list[Attachment]:
    """Return those of *kind* that can be shown."""
    return [one for one in attachments if one.kind is kind and one.is_ready]


def url_of(found: Receipt, attachment: Attachment, *, thumb: bool = False) -> str:
    """Return where a file of a receipt is read."""
    return url_for(
        "citizen.attachment",
        attachment_id=attachment.id,
        r=found.report.number,
        s="thumb" if thumb else None,
        **access.carried(),
    )
