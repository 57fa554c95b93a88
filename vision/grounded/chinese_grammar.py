"""How questions are put in Chinese. Tables only; what may be skipped in a pattern is bounded."""

from __future__ import annotations

import re

from vision.grounded.chinese_words import KINDS, NARROWER, OTHERS, SYNONYMS
from vision.grounded.places import Relation, Side
from vision.grounded.tongue import Grammar, Intent, Link, Rule, Sense

TRADITIONAL = str.maketrans(
    "這裡裏幾個麼嗎邊間顏車機讀說寫動變見後過鐘張隻貓鳥馬書電腦視燈紅綠藍黃還沒誰從時離遠點東話譯頁樣問開單側兩輛臺雙關鍵盤傘",
    "这里里几个么吗边间颜车机读说写动变见后过钟张只猫鸟马书电脑视灯红绿蓝黄还没谁从时离远点东话译页样问开单侧两辆台双关键盘伞",
)
"""Traditional characters of the words below, to the simplified ones."""

_COLOURS = {
    "红": "red",
    "橙": "orange",
    "橘": "orange",
    "黄": "yellow",
    "绿": "green",
    "蓝": "blue",
    "紫": "purple",
    "粉": "pink",
    "粉红": "pink",
    "棕": "brown",
    "褐": "brown",
    "咖啡": "brown",
    "黑": "black",
    "灰": "grey",
    "白": "white",
}

_SHADES = "|".join(sorted(_COLOURS, key=len, reverse=True))
_WHAT = "(?:什么|啥|些什么|哪些)"

_RULES: tuple[tuple[Intent, str], ...] = (
    ("translate", "翻译|什么意思"),
    (
        "help",
        f"帮助|你会(?:做|干)?{_WHAT}|你能(?:做|干|帮我){_WHAT}|怎么用|能问你?{_WHAT}|能认出?{_WHAT}",
    ),
    ("said", "(?:刚才|刚刚|之前|上次|先前|过去).{0,12}(?:写|说|文字|字)"),
    ("read_page", "[读念].{0,6}(?:页|全部|全文|文件|信|菜单|文章|所有|书|整|完)"),
    (
        "read",
        f"[读念]|写(?:着|的|了)?(?:是)?{_WHAT}|什么字|文字|有字|说(?:的|了|着)?(?:是)?{_WHAT}",
    ),
    ("what_at", f"(?:这|那|它)(?:个|个东西|东西)?是个?{_WHAT}(?:东西)?(?!颜|色)"),
    ("unknown", "(?:他|她|这|那)(?:个人|位|人)?是谁|我在哪|这是哪|我是谁"),
    ("last_seen", "什么时候|(?:上次|最后)(?:一次)?.{0,8}[见看]|[见看]过|[见看]到过|[见看]见过"),
    ("last_seen", "[放落丢忘]在?(?:到)?了?哪|[放落丢忘](?:在|到|了)|不见了|找不到"),
    ("last_seen", "(?:刚才|刚刚|之前).{0,10}在哪|多久(?:以)?前|去哪(?:儿|里)?了|哪(?:儿)?去了"),
    ("describe", f"正在发生{_WHAT}|怎么回事|什么情况|[看见](?:得|到|见)*了?{_WHAT}(?!颜色)"),
    ("changed", "变化|变了|改变|新的|不同|不一样|(?:来|走|离开|出现|消失|进来|出去|少|多)了|发生"),
    ("changed", "谁来|(?:有人|谁)离开|有人来"),
    ("moved", "移动|在动|动了|运动|[往朝向](?:哪|什么)|走动|过来|靠近|开动|在走|动吗|走吗"),
    ("nearest", "最近的|离我最近|最靠近|最近$"),
    ("count", "几(?!点)|多少(?!钱)|数一?数"),
    ("colour", f"颜色|什么色|[是呈](?:{_SHADES})色?的?(?:吗|么|还是|不|$)"),
    ("exists", "有没有|是否有|有无|是不是有|[有见到].{0,24}[吗么]$|没有$|还在吗?$"),
    ("where", "哪(?:儿|里|边|个方向|个位置)|在哪|位置|多远|找|什么地方|何处|远不远|哪$"),
    ("describe", f"[有是]{_WHAT}|描述|看看|周围|前[面方]|面前|场景|画面|都有|有谁|是谁|{_WHAT}$"),
)

_SIDES: dict[Side, tuple[str, ...]] = {
    "left": ("左边", "左侧", "左面", "左手边", "左方", "左半边", "左", "最左"),
    "right": ("右边", "右侧", "右面", "右手边", "右方", "右半边", "右", "最右"),
    "middle": ("中间", "中央", "正中", "正中间", "正前方", "当中"),
    "top": ("上方", "顶部", "最上面", "上边"),
    "bottom": ("下方", "底部", "最下面", "下边"),
    "near": ("近处", "附近", "身边", "旁边"),
    "far": ("远处", "远方", "远的地方"),
}

_LINKS: tuple[tuple[Relation, str], ...] = (
    ("left", "左边|左侧|左面|左手边|左方"),
    ("right", "右边|右侧|右面|右手边|右方"),
    ("by", "旁边|附近|边上|身边|旁"),
    ("above", "上方"),
    ("below", "下面|下方|底下|下边"),
    ("on", "上面|上边|上"),
    ("in", "里面|里边|里|内"),
)

_PLAIN_WORDS = """
请问 请 告诉我 告诉 帮我 帮忙 一下 现在 目前 当前 这里 这儿 那里 那儿 这边 那边 画面中 画面里
画面 图中 图里 图片 照片 镜头 视野 屏幕上 前面 前方 面前 眼前 周围 房间里 房间 街上 路上 街 上面
里面 下面 东西 物体 物品 什么 哪些 哪里 哪儿 多少 总共 一共 总计 刚才 刚刚 之前 以前 过去 最近
最后 上次 一次 能不能 可以 能够 是不是 是否 有没有 没有 看见 看到 看得见 看得到 还有 其他 其它
别的 时候 方向 位置 地方 颜色 文字 谢谢 你好 您好 一些 任何 可见 到底 究竟 以来 以内 之内 钟
牌子 标牌 招牌 写着 写的 说的 我的 你的 他的 她的 我们 你们 他们 它们 告知 一个 这个 那个 的 地
得 了 吗 么 呢 啊 吧 呀 哦 嗯 嘿 喂 我 你 您 他 她 它 这 那 里 儿 有 是 在 看 见 到 和 跟 与 或
还 都 就 也 又 再 很 几 哪 啥 谁 个 只 辆 把 张 台 本 部 条 位 名 头 匹 架 艘 列 块 根 副 盆 棵
些 一 两 二 三 四 五 六 七 八 九 十 正 着 过 来 去 给 让 说 讲 边 面 上 下 中 内 旁 色 走 动 放
写 字 能 会 可 想 要 知 道 知道 离开 远 近 离 从 对 于 没 不 人们
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())

_NUMBERS: dict[str, float] = {
    "半": 0.5,
    "一": 1,
    "一个": 1,
    "两": 2,
    "两个": 2,
    "二": 2,
    "几": 3,
    "几个": 3,
    "三": 3,
    "三个": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "十": 10,
    "十五": 15,
    "二十": 20,
    "三十": 30,
    "半个": 0.5,
}

_UNITS = {
    "秒": 1.0,
    "秒钟": 1.0,
    "分钟": 60.0,
    "分": 60.0,
    "小时": 3600.0,
    "钟头": 3600.0,
    "天": 86400.0,
}


def _nouns() -> dict[str, Sense]:
    nouns = {word: Sense(labels, kind=word) for word, labels in KINDS.items()}
    nouns |= {word: Sense(labels, word) for word, labels in NARROWER.items()}
    for label, words in SYNONYMS.items():
        nouns |= {word: Sense((label,)) for word in words}
    return nouns


def _colours() -> dict[str, str]:
    long = {f"{shade}色": name for shade, name in _COLOURS.items()}
    return long | {shade: name for shade, name in _COLOURS.items() if shade != "咖啡"}


def _either(words: dict[str, float]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


GRAMMAR = Grammar(
    rules=tuple(Rule(intent, re.compile(pattern)) for intent, pattern in _RULES),
    links=tuple(Link(relation, re.compile(pattern)) for relation, pattern in _LINKS),
    anchor_first=True,
    between=re.compile("的?正?"),
    nouns=_nouns(),
    colours=_colours(),
    sides={word: side for side, words in _SIDES.items() for word in words},
    pointers=frozenset(("这个", "那个", "这东西", "那东西", "这个东西", "它", "这是", "那是")),
    plain=_PLAIN,
    ages=re.compile(
        rf"(?:最近|过去|刚才|刚刚|前|这)?(?:的)?(?P<count>\d{{1,6}}|{_either(_NUMBERS)})"
        rf"(?P<unit>{_either(_UNITS)})(?:以来|之内|以内|内|里)?"
    ),
    numbers=_NUMBERS,
    units=_UNITS,
    correctly=frozenset(),
    others=OTHERS,
    spaced=False,
)
"""Chinese."""
