"""What nobody ever loses a coin for, whatever a district writes into its rules.

The list stands here, in the program: a rule table may add to it and can take nothing away.
"""

from typing import Final

from points.errors import BadRules

FORBIDDEN: Final = (
    "投诉、举报、信访、打热线、给差评",
    "拒绝调解、选择打官司",
    "不下载、不注册、不关注任何应用或公众号",
    "不捐款、不参加活动",
    "欠费、计划生育、宗教信仰、疾病残疾等个人情况",
    "未成年人的行为",
)
# What each of them is recognised by, in whichever words somebody dresses it.
WORDS: Final = (
    *("投诉", "举报", "信访", "上访", "热线", "12345", "差评"),
    *("拒绝调解", "不接受调解", "不愿调解", "不肯调解", "打官司", "诉讼", "起诉"),
    *("不下载", "未下载", "没下载", "不注册", "未注册", "没注册", "不关注", "未关注", "没关注"),
    *("不捐款", "未捐款", "没捐款", "不参加", "未参加", "没参加"),
    *("欠费", "计划生育", "超生", "宗教", "信教", "疾病", "患病", "残疾", "精神病", "未成年"),
)


def check_reason(reason: str) -> None:
    """Refuse a reason for a deduction that is none.

    Spaces, punctuation and full-width letters between the words hide nothing.

    Raises:
        BadRules: it is on the list.
    """
    letters = "".join(letter for letter in reason if letter.isalnum())
    for word in WORDS:
        if word in letters:
            raise BadRules("“%(word)s”不能作为扣币的理由。", word=word)
