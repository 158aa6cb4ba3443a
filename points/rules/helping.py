"""How somebody agreed that another claims for them."""

from enum import StrEnum


class Consent(StrEnum):
    """What the helper saw or heard; no claim for somebody is made without."""

    COUNTER = "counter"
    CARD = "card"
    PHONE = "phone"

    @property
    def label(self) -> str:
        """What staff choose, and reviewers read."""
        return {
            "counter": "本人当面点了头",
            "card": "拿了户卡来",
            "phone": "电话里本人点了头",
        }[self.value]
