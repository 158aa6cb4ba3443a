"""How both ways into the books say no; the stored functions by an SQLSTATE of their own."""

from collections.abc import Callable, Mapping
from typing import Final

from kernel.errors import Refusal
from points.errors import AccountClosed, BadPosting, KeyReused

SHORT: Final = "PL002"  # its detail says which account, and by how much


def key_reused() -> Refusal:
    """The key has posted something else."""
    return KeyReused("这件事已经记过账，这次的内容和那次不同。")


def mismatched() -> Refusal:
    """An account is missing or of another unit, or more is freed than was held."""
    return BadPosting("账户不存在，或者单位不同，不能这样记账。")


def closed() -> Refusal:
    """One of the accounts is closed."""
    return AccountClosed("这个账户已经销户，不能再记账。")


BY_STATE: Final[Mapping[str, Callable[[], Refusal]]] = {
    "PL001": key_reused,
    "PL003": mismatched,
    "PL004": closed,
}
