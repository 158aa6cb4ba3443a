"""What residents say in the demo, and what comes of it."""

from dataclasses import dataclass
from typing import Final

from demo.rules.pictures import Motif


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of thing that happens: tile, category, words, and the line that closes it."""

    tile: str
    category: str
    words: str
    result: str
    motif: Motif | None = None
    danger: bool | None = None


STORIES: Final = (
    Story(
        "broken",
        "0301",
        "路灯连着三个晚上不亮了，老人出来走路看不见。",
        "换了灯泡和镇流器，当晚试灯正常。",
        Motif.LAMP,
    ),
    Story(
        "broken",
        "0301",
        "灯一闪一闪的，晃眼睛，楼上睡不着。",
        "线头松了，重新接好，观察一晚没有再闪。",
        Motif.LAMP,
    ),
    Story(
        "hazard",
        "0106",
        "井盖不见了，旁边就是幼儿园，太危险！",
        "先围挡，市政补装了新井盖，已能通行。",
        Motif.MANHOLE,
        danger=True,
    ),
    Story(
        "hazard",
        "0106",
        "井盖翘起来一边，电瓶车压上去哐当响。",
        "井盖复位并加了胶垫，压上去不响了。",
        Motif.MANHOLE,
        danger=False,
    ),
    Story(
        "dirty",
        "0201",
        "垃圾房满出来了，苍蝇多，味道很大。",
        "环卫当天清运，加了一班，地面冲洗干净。",
        Motif.BINS,
    ),
    Story(
        "dirty",
        "0201",
        "有人把装修垃圾倒在绿化带里。",
        "清走两车，找到业主补办了清运手续。",
        Motif.BINS,
    ),
    Story(
        "dirty",
        "0204",
        "楼下烧烤店油烟直往楼上飘，窗都不敢开。",
        "店家清洗了净化器，约定每月清洗一次。",
    ),
    Story("dirty", "0202", "工地夜里十一点还在打桩。", "已约谈工地，夜间施工停到早上六点以后。"),
    Story(
        "dirty",
        "0205",
        "河里今天发黑，排水口一直在流。",
        "查到一处雨污混接，已封堵，水质在恢复。",
        Motif.RIVER,
        danger=False,
    ),
    Story(
        "broken",
        "0302",
        "路面有个大坑，下雨积水，已经摔了两个人。",
        "坑槽已修补，排水口疏通。",
        Motif.ROAD,
        danger=False,
    ),
    Story(
        "broken",
        "0303",
        "凉亭的座椅断了一块木板，有钉子。",
        "换了三块木板，钉子都清掉了。",
        Motif.BENCH,
        danger=False,
    ),
    Story(
        "broken",
        "0304",
        "从早上开始停水，没有看到通知。",
        "阀门检修，下午三点恢复，通知补发到群里。",
        danger=False,
    ),
    Story(
        "street", "0402", "盲道上停满了车，推轮椅过不去。", "劝离车辆，装了两根隔离柱。", Motif.CARS
    ),
    Story("street", "0401", "水果摊摆到路中间，公交车都绕着走。", "摊主退回店内，划了黄线。"),
    Story(
        "street",
        "0403",
        "有只大狗没牵绳，追小孩。",
        "找到狗主人，当面提醒，已办证拴绳。",
        danger=False,
    ),
    Story(
        "hazard",
        "0103",
        "风大，一根电线垂到地上了，不知道有没有电。",
        "供电断电后重新架好，现场没有人受伤。",
        Motif.WIRES,
        danger=True,
    ),
    Story(
        "hazard",
        "0102",
        "楼道堆满纸箱和电瓶车，消防门打不开。",
        "楼道清空，物业贴了提醒，消防门已能打开。",
        Motif.CORRIDOR,
        danger=False,
    ),
    Story(
        "hazard",
        "0104",
        "有人从窗户拉线下来给电瓶车充电。",
        "飞线已拆，带他去用充电棚。",
        Motif.CORRIDOR,
        danger=False,
    ),
    Story(
        "hazard",
        "0101",
        "楼道里有煤气味，越来越浓。",
        "燃气公司关阀查漏，换了软管，复测正常。",
        danger=True,
    ),
    Story(
        "home",
        "0501",
        "出租房隔成六间，只有一个门，没有灭火器。",
        "拆了两间隔断，配了灭火器，已复查。",
        danger=False,
    ),
    Story(
        "home",
        "0503",
        "电梯坏了一个星期，物业说等配件。",
        "配件到了，电梯已修好，年检补贴在轿厢里。",
    ),
    Story(
        "safe",
        "0601",
        "有两个人挨家挨户敲门说查煤气，没有证件。",
        "已到现场核对身份，不是燃气公司的人，已劝离登记。",
        danger=False,
    ),
    Story(
        "help",
        "0701",
        "隔壁独居的奶奶两天没出门了，敲门没人应。",
        "上门看望，老人感冒在家，已联系女儿和卫生室。",
        danger=False,
    ),
    Story(
        "help", "0702", "想问新居民小孩上学要带什么材料。", "已电话说明，并把材料清单发到手机上。"
    ),
    Story("help", "0704", "建议公交站加一个遮雨棚。", "已答复：列入下半年小微工程。"),
    Story(
        "quarrel",
        "0801",
        "楼上漏水，说了三次也不修。",
        "上门说和，双方约好本周换管子。",
        danger=False,
    ),
    Story(
        "other",
        "0799",
        "不知道归谁管：路口的镜子歪了，转弯看不见车。",
        "把转弯镜扶正并加固。",
        danger=False,
    ),
)
POLICE: Final = next(n for n, story in enumerate(STORIES) if story.category == "0601")
URGENT: Final = tuple(n for n, story in enumerate(STORIES) if story.danger)
USUAL: Final = tuple(n for n in range(len(STORIES)) if n not in {POLICE, *URGENT})
UNFOUNDED: Final = "到现场看过，情况不是这样，已向上报人说明。"
RETURNED: Final = "不在网格能办的范围，需要有专业设备的单位来办。"
SENT_BACK: Final = "到现场看了，还剩一点没弄好，请再去一次。"
ESCALATED: Final = "涉及两个网格，要站长出面协调。"
NOT_SOLVED: Final = "过了两天又和原来一样了。"
DUPLICATE: Final = "和前面一件是同一件事。"
REJECTED: Final = (
    ("这是对商品质量的投诉，市场监管热线受理更快。", "12315 消费投诉"),
    ("工资问题由劳动监察受理，材料清单已发给您。", "12333 劳动保障"),
    ("属于小区业主自治范围，请向业委会提出。", "小区业主委员会"),
)
SUPPLEMENT: Final = "刚才又去看了一下，比早上更严重了。"
CALLED: Final = "已联系上报人，问清楚位置，马上过去。"
ON_SITE: Final = "到现场看过，拍了照片，正在联系人来修。"
NOTES: Final = ("来得很快，谢谢。", "弄好了，态度也好。", "", "", "晚了一点，不过解决了。")
