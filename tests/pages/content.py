"""What the sample pages say: one scan page, one receipt, one queue."""

from wtforms import Form, StringField

TOKEN = "7K3M9QTX"
NUMBER = "7K3M-9QTX-42HR"

TILES = [
    ("hazard", "安全隐患", "煤气味、掉落的电线、井盖、堵住的消防通道"),
    ("dirty", "脏乱吵", "垃圾、油烟、污水、工地和夜里的吵闹"),
    ("broken", "路和灯", "路灯、路面、座椅、停水停电"),
    ("street", "街上乱停", "占道、乱停车、没牵绳的狗"),
    ("home", "房屋出租", "出租房、违建、物业"),
    ("safe", "治安骗子", "可疑的人和电话"),
    ("help", "有人要帮忙", "老人、困难家庭、办事、心里难受"),
    ("quarrel", "吵架纠纷", "请老娘舅来说和"),
    ("other", "别的事", "说不清归哪类，直接说就行"),
]
CALL_FIRST = [
    {"tel": "119", "text": "着火、爆炸、有人被困，请先拨 119", "tiles": ["hazard"]},
    {"tel": "110", "text": "正在发生违法犯罪或打架，请先拨 110", "tiles": ["safe", "quarrel"]},
    {"tel": "120", "text": "有人受伤或突发疾病，请先拨 120", "tiles": ["hazard", "street", "help"]},
    {
        "tel": "96110",
        "text": "怀疑遇到诈骗，先别转账，可拨 96110 问一问",
        "tiles": ["safe"],
    },
]
BRAND = {
    "app_name": "平安码",
    "hotline": "0555-0000000",
    "icp": "某ICP备00000000号",
    "police_icp": "某公网安备00000000000000号",
    "public_host": "pinganma.example",
    "demo": False,
}
DRAWING = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='220'>"
    "<rect width='300' height='220' fill='#9db8aa'/>"
    "<circle cx='150' cy='90' r='46' fill='#fff3c4'/></svg>"
)


class ReportForm(Form):
    submission_key = StringField()
    agreed = StringField()
    tile = StringField()
    danger = StringField()
    words = StringField()
    at = StringField()
    where = StringField()
    lat = StringField()
    lng = StringField()
    acc = StringField()
    village = StringField()
    spot = StringField()
    phone = StringField()
    caller_name = StringField()


def scan_context(**more: object) -> dict[str, object]:
    form = ReportForm(data={"submission_key": "k" * 32, "agreed": "2026-01", "at": "here"})
    return {
        "page": {
            "place_name": "老街菜场东门",
            "area_line": "清溪村 · 第3网格",
            "responsible": "网格员 王师傅",
            "responsible_phone": "13800000000",
            "check_word": "青松",
            "notice": None,
            "token": TOKEN,
        },
        "tiles": [{"code": c, "label": label, "hint": hint} for c, label, hint in TILES],
        "call_first": CALL_FIRST,
        "form": form,
        "voice_max": 60,
        "photos_max": 5,
        **more,
    }


STEPS = [
    {"state": "done", "title": "已收到", "when": "今天 21:08", "who": "", "note": "", "photos": []},
    {
        "state": "done",
        "title": "网格员接单了",
        "when": "今天 21:09",
        "who": "王师傅",
        "note": "我这就过去看看，十分钟到。",
        "photos": [],
    },
    {
        "state": "now",
        "title": "正在现场办",
        "when": "今天 21:20",
        "who": "王师傅",
        "note": "",
        "photos": [
            {"url": "/pic", "alt": "处理前：路灯灯杆", "caption": "处理前"},
            {"url": "/pic", "alt": "处理后：路灯灯杆", "caption": "处理后"},
        ],
    },
    {"state": "later", "title": "换个人去核实", "when": "", "who": "", "note": "", "photos": []},
    {"state": "later", "title": "办结，请您打分", "when": "", "who": "", "note": "", "photos": []},
]


def receipt_context(**more: object) -> dict[str, object]:
    actions: dict[str, object] = {}
    for name in ("add", "urge", "rate", "reopen", "withdraw"):
        actions[f"can_{name}"] = True
        actions[f"{name}_url"] = f"/r/{NUMBER}/{name}"
    return {
        "number": NUMBER,
        "fresh": True,
        "headline": "已经收到了",
        "level": {"code": "yellow", "label": "黄色·要尽快"},
        "timeline": STEPS,
        "who": "谁来办",
        "responsible": {"name": "王师傅", "phone": "13800000000"},
        "accept_by": "今天 21:09 前接单",
        "answer_by": "今天 21:13 前联系您",
        "night_note": None,
        "what": "路和灯 · 老街菜场东门",
        "words": "东门的路灯不亮，晚上看不见路。\n昨天有人摔了一跤。",
        "photos": [{"url": "/pic", "alt": "您拍的第 1 张照片"}],
        "voice": [],
        "full": True,
        "actions": actions,
        "secret_link": f"https://pinganma.example/r/{NUMBER}?s=abcdefghijkmnpqrstuvwxyz",
        "pending_files": 0,
        **more,
    }


def case(level: str, label: str, title: str, meta: str, due: str) -> dict[str, object]:
    return {
        "url": "/g/1",
        "level": {"code": level, "label": label},
        "title": title,
        "meta": meta,
        "ago": "3 分钟前",
        "due": due,
        "due_label": "接单",
        "due_text": "",
    }


CASES = [
    case(
        "red",
        "红色·马上去",
        "有人要帮忙 · 李奶奶家门口",
        "录音 0:21 · 未接单",
        "2020-01-01T00:00:00Z",
    ),
    case(
        "yellow",
        "黄色·要尽快",
        "路和灯 · 老街菜场东门",
        "2 张照片 · 未接单",
        "2099-01-01T00:00:00Z",
    ),
    case("green", "绿色·正常办", "脏乱吵 · 三组晒谷场", "1 张照片 · 已接单", ""),
]
NAV = [
    {"url": "/staff", "label": "队列", "icon": "list", "current": True, "badge": 3},
    {"url": "/staff", "label": "待核实", "icon": "ok", "current": False, "badge": 0},
    {"url": "/staff", "label": "代录", "icon": "plus", "current": False, "badge": 0},
    {"url": "/staff", "label": "我的", "icon": "user", "current": False, "badge": 0},
]
USER = {"name": "王师傅", "role_line": "专职网格员 · 清溪村第3网格", "links": []}
