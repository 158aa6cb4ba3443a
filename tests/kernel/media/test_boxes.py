import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.media.boxes import MOST_BOXES, boxes, brands, find
from tests.kernel.media.samples import box


def test_boxes_lie_side_by_side() -> None:
    content = box(b"aaaa", b"12") + box(b"bbbb")

    assert [(part.kind, content[part.body : part.end]) for part in boxes(content)] == [
        (b"aaaa", b"12"),
        (b"bbbb", b""),
    ]


def test_a_box_may_need_sixty_four_bits_for_its_size() -> None:
    content = struct.pack(">I4sQ", 1, b"mdat", 18) + b"ab" + box(b"next")

    assert [(part.kind, part.end - part.body) for part in boxes(content)] == [
        (b"mdat", 2),
        (b"next", 0),
    ]


def test_the_last_box_may_reach_to_the_end() -> None:
    content = struct.pack(">I4s", 0, b"mdat") + b"abc"

    assert [part.end for part in boxes(content)] == [len(content)]


def test_a_box_that_is_cut_off_ends_with_the_content() -> None:
    content = struct.pack(">I4s", 4_000_000_000, b"mdat") + b"abc"

    assert [part.end for part in boxes(content)] == [len(content)]


@pytest.mark.parametrize("size", [2, 7])
def test_a_box_smaller_than_its_header_is_nonsense(size: int) -> None:
    with pytest.raises(ValueError, match="header"):
        list(boxes(struct.pack(">I4s", size, b"mdat") + bytes(20)))


def test_nobody_counts_boxes_for_ever() -> None:
    with pytest.raises(ValueError, match="many"):
        list(boxes(box(b"free") * (MOST_BOXES + 1)))


def test_a_path_leads_through_nested_boxes() -> None:
    content = box(b"moov", box(b"trak", box(b"tkhd", b"1")), box(b"trak", box(b"tkhd", b"2")))

    found = [content[part.body : part.end] for part in find(content, b"moov", b"trak", b"tkhd")]

    assert found == [b"1", b"2"]


def test_the_children_of_meta_stand_behind_its_version() -> None:
    content = box(b"meta", bytes(4), box(b"iprp"))

    assert [part.kind for part in find(content, b"meta", b"iprp")] == [b"iprp"]


def test_what_has_no_brand_box_has_no_brands() -> None:
    assert brands(b"nothing of the kind") == set()


@given(st.lists(st.tuples(st.binary(min_size=4, max_size=4), st.binary(max_size=20)), max_size=9))
def test_whatever_was_put_in_boxes_comes_out(parts: list[tuple[bytes, bytes]]) -> None:
    content = b"".join(box(kind, body) for kind, body in parts)

    assert [(part.kind, content[part.body : part.end]) for part in boxes(content)] == parts
