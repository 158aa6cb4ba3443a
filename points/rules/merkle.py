"""Merkle trees as in RFC 6962, section 2.1: one root for all accounts, a short proof for each."""

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node; another prefix than a leaf's, so that neither passes for both."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over hashed *leaves*; of none it is the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> list[tuple[bool, bytes]]:
    """Return what leads from the leaf at *index* to the root: (stands left of it, hash) upwards.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path, level = [], list(leaves)
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append((beside < index, level[beside]))
        level, index = _above(level), index // 2
    return path


def proves(leaf: bytes, path: Sequence[tuple[bool, bytes]], root: bytes) -> bool:
    """Whether *path* leads from a hashed *leaf* to *root*."""
    for is_left, other in path:
        leaf = node_hash(other, leaf) if is_left else node_hash(leaf, other)
    return leaf == root


def _above(level: Sequence[bytes]) -> list[bytes]:
    """Return the level above; an odd one out goes up as it is.

    That pairs from the left and so builds RFC 6962's tree: each left side is the largest power
    of two that leaves something for the right.
    """
    pairs = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return pairs + ([level[-1]] if len(level) % 2 else [])
