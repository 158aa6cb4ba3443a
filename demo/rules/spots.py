"""The printed codes of the demo district: sixty, of which one is revoked and one was replaced."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from demo.rules.district import GRIDS, GRIDS_A_VILLAGE, TOWNS, VILLAGES, inside
from qr.rules import CodeKind, CodeState, Position

REVOKED: Final = "老菜场门口（已拆，码作废）"
REPLACED: Final = "清溪桥头公交站"
UNPRINTED: Final = frozenset({"茶山茶叶加工坊", "石桥头修车铺"})
SILENT: Final = "溪边步道凉亭"  # hangs, and nobody has scanned it
COVERED: Final = "溪边老街公厕旁"
STRANGE: Final = "清溪菜场西门的柱子上"  # where somebody saw a sticker that is none of ours
ACTIVITY: Final = "周末清洁家园"
HALL: Final = "清溪文化广场"
CARDS: Final = 2  # household cards
# By village, dealt out to its grids in turn: what is on the label, and the category that
# reporting there suggests.  The very first is the one `make run` prints.
NAMES: Final = (
    (
        ("清溪文化广场东侧", None),
        ("清溪花苑南门垃圾房", "0201"),
        ("溪边步道凉亭", "0303"),
        ("溪边老街公厕旁", None),
        ("清溪花苑3幢东侧路灯", "0301"),
        (REPLACED, None),
        ("清溪小学后门", "0402"),
        ("临溪公寓电瓶车棚", "0104"),
    ),
    (
        ("柳桥菜场东门", "0401"),
        ("柳桥路12号路灯杆", "0301"),
        ("柳桥新村1幢楼下", None),
        ("柳桥泵站围栏", "0205"),
        ("柳桥幼儿园门口", "0402"),
        ("柳桥健身角", "0303"),
        ("柳岸新居垃圾分类亭", "0201"),
    ),
    (
        ("桂花园北门岗亭", None),
        ("桂花园7幢消防通道", "0102"),
        ("桂花园路口井盖旁", "0106"),
        ("桂香路夜市口", "0401"),
        ("桂花园老年食堂", "0701"),
        ("桂花园中心花坛", "0303"),
        ("桂花园充电站", "0104"),
    ),
    (
        ("青石村口牌坊", None),
        ("青石粮站旁路灯", "0301"),
        ("青石水库大坝", "0108"),
        ("青石小学路口", "0402"),
        ("青石晒谷场东边", "0201"),
        ("青石村卫生室门口", None),
        ("青石溪拦水坝", "0205"),
    ),
    (
        ("茶山路3号电线杆", "0103"),
        ("茶山茶厂门口", "0107"),
        ("茶山停车场", "0402"),
        ("茶山观景台护栏", "0303"),
        ("茶山垃圾中转点", "0201"),
        ("茶山采茶宿舍楼", "0501"),
        ("茶山古道入口", None),
    ),
    (
        ("石桥头老桥", "0302"),
        ("石桥头公交终点站", None),
        ("石桥头村口井盖", "0106"),
        ("石桥头文化站", None),
        ("石桥头河埠头石阶", "0108"),
        ("石桥头幸福路路灯", "0301"),
        ("石桥头卫生室旁", None),
    ),
)
PLACES: Final = (
    "清溪便民超市",
    "溪边小吃店",
    "柳桥五金店",
    "桂香旅馆",
    "青石农家乐",
    "青石农机站",
    "茶山茶叶加工坊",
    "石桥头修车铺",
)


@dataclass(frozen=True, slots=True)
class Label:
    """One code to order."""

    kind: CodeKind
    area: str
    name: str = ""
    category: str | None = None
    position: Position | None = None
    fate: CodeState = CodeState.HUNG  # how far it comes; some of each village wait to be printed


def labels() -> Iterator[Label]:
    """Yield the codes to order, household cards and the replaced one's successor left out."""
    for village, names in enumerate(NAMES):
        for number, (name, category) in enumerate(names):
            grid = GRIDS[village * GRIDS_A_VILLAGE + number % GRIDS_A_VILLAGE]
            left = len(names) - number
            fate = {1: CodeState.ORDERED, 2: CodeState.PRINTED}.get(left, CodeState.HUNG)
            yield _spot(grid, number, name, category, fate)
    yield _spot(GRIDS[3], 9, REVOKED, None)
    for number, name in enumerate(PLACES):
        grid = GRIDS[number * len(GRIDS) // len(PLACES)]
        fate = CodeState.ORDERED if name in UNPRINTED else CodeState.HUNG
        point = Position(*inside(grid, 50, 50))
        yield Label(CodeKind.PLACE, grid, name, None, point, fate)
    for town, name in zip(TOWNS, ("清溪街道随手报", "青石镇随手报"), strict=True):
        yield Label(CodeKind.OPEN, town, name, fate=CodeState.PRINTED)
    yield Label(CodeKind.OPEN, VILLAGES[0].code, "清溪社区骑手随手报", fate=CodeState.ORDERED)
    yield Label(CodeKind.DESK, VILLAGES[0].code, "清溪社区绿币超市")


def _spot(
    grid: str, number: int, name: str, category: str | None, fate: CodeState = CodeState.HUNG
) -> Label:
    point = inside(grid, 20 + number * 37 % 60, 20 + number * 23 % 60)
    return Label(CodeKind.SPOT, grid, name, category, Position(*point), fate)
