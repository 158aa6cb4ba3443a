"""How the lines of the privacy inventory and the jobs that forget belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# Which forgetting keeps which promise; the audit log calls it by the same word.
KEEPERS: Final[Mapping[str, str]] = {
    "手机号": "contact",
    "上报照片语音": "files",
    "精确定位": "position",
    "户籍与家庭关系": "household",
    "操作与访问日志": "log",
    "外部单位链接与回话": "outside",
    "值班表": "duty",
    "活动签到": "sign_in",
    "码有问题的说明": "trouble",
    "公示异议": "objection",
    "绿币申报的话和照片": "claim",
    "扣币和申诉的话": "deduction",
    "活动照片": "photo",
}
ALONG: Final[Mapping[str, str]] = {
    "姓名或称呼": "和手机号一起删",
    "贴码时的照片": "换码或作废时一起删",
    "换礼密码": "取消时、注销这一户时一起删",
    "志愿者会什么": "本人随时自己删，注销时一起删",
    "超市捐赠人的名字": "本人说一声，村里就改成不具名",
}
NOT_YET: Final = "还没有这项功能，没有这样的数据"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a report: what, how long it is kept, how many went and how many are due."""

    data: str
    keep: str
    gone: int = 0
    due: int = 0
    note: str = ""

    def __str__(self) -> str:
        counts = f"已处理 {self.gone}，到期未处理 {self.due}"
        return f"{self.data}（{self.keep}）：{self.note or counts}"


def report(
    inventory: Sequence[tuple[str, str]], *, gone: Mapping[str, int], due: Mapping[str, int]
) -> tuple[Line, ...]:
    """Return one line for each of the inventory's, so that none is left out silently."""
    return tuple(_line(data, keep, gone, due) for data, keep in inventory)


def _line(data: str, keep: str, gone: Mapping[str, int], due: Mapping[str, int]) -> Line:
    what = KEEPERS.get(data)
    if what is None:
        return Line(data=data, keep=keep, note=ALONG.get(data, NOT_YET))
    return Line(data=data, keep=keep, gone=gone.get(what, 0), due=due.get(what, 0))
