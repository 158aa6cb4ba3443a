"""What gifts there are, where goods come from, how stock leaves, and how far a record has come."""

from enum import StrEnum
from typing import Final

MOST_PIECES: Final = 100_000  # of one line: a typed zero too many
MOST_COINS: Final = 100_000
MOST_FEN: Final = 100_000_000  # a million yuan
MOST_NAME: Final = 60
MOST_WORDS: Final = 200
UNNAMED: Final = "不具名"
STOCK_SOURCES: Final = ("goods_in", "stock_move")  # what postings name as their source


class Category(StrEnum):
    """What kind of thing a gift is."""

    DAILY = "daily"
    FOOD = "food"
    SAFETY = "safety"
    SERVICE = "service"
    OTHER = "other"

    @property
    def label(self) -> str:
        """What people read; the default catalogue says the same."""
        return {
            "daily": "日用",
            "food": "食品",
            "safety": "平安用品",
            "service": "服务",
            "other": "其他",
        }[self.value]


class Origin(StrEnum):
    """Whether goods were paid for or given."""

    BOUGHT = "bought"
    DONATED = "donated"

    @property
    def label(self) -> str:
        """What people read."""
        return {"bought": "买的", "donated": "捐的"}[self.value]


class GiverKind(StrEnum):
    """Who supplied or gave goods; a person's name is kept only if they agreed to be named."""

    FIRM = "firm"
    PERSON = "person"

    @property
    def label(self) -> str:
        """What staff read."""
        return {"firm": "单位、店", "person": "个人"}[self.value]


class Funding(StrEnum):
    """Whose money paid for goods."""

    VILLAGE = "village"
    TOWN = "town"
    FUND = "fund"
    GIVEN = "given"

    @property
    def label(self) -> str:
        """What people read."""
        return {
            "village": "村集体经费",
            "town": "镇、街道拨款",
            "fund": "文明基金",
            "given": "捐赠，没有花钱",
        }[self.value]


class GoodsState(StrEnum):
    """How far goods that came have come."""

    WAITING = "waiting"
    POSTED = "posted"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What staff read."""
        return {
            "waiting": "等第二个人点收",
            "posted": "入库了",
            "withdrawn": "撤回了",
        }[self.value]


class MoveKind(StrEnum):
    """Why the stock of a gift changes, but for goods that come and gifts that are handed out."""

    SPOILED = "spoiled"
    RETURNED = "returned"
    COUNTED = "counted"

    @property
    def label(self) -> str:
        """What staff read."""
        return {"spoiled": "坏了、过期", "returned": "退给供货的", "counted": "盘点"}[self.value]


class MoveState(StrEnum):
    """Where a move stands; only a count waits for a second person."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What staff read."""
        return {"waiting": "等第二个人签", "done": "记好了", "withdrawn": "撤回了"}[self.value]


class Level(StrEnum):
    """How much of a gift there is, as strangers may know it."""

    SOME = "some"
    FEW = "few"
    NONE = "none"

    @property
    def label(self) -> str:
        """What people read."""
        return {"some": "有", "few": "少", "none": "没有"}[self.value]
