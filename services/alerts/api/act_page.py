"""The page behind a message's link: what it is about and one button, in the receiver's language.

Without a script, so that it works in the browser inside of any messenger.
"""

from html import escape
from string import Template

from floorpulse.alerts.api.link_use import NotFollowed
from floorpulse.runtime.static_pages import HEADERS

PAGE_HEADERS = {**HEADERS, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
SHEET = Template("""<!doctype html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<title>$title · Floorpulse</title>
<link rel="stylesheet" href="../look.css">
<link rel="stylesheet" href="../alerts.css">
<link rel="icon" href="../pulse.svg">
</head>
<body class="act">
<main>
<h1>$title</h1>
$rest
<p><a href="../../alerts">$all</a></p>
</main>
</body>
</html>
""")
BUTTON = Template("""<p>$about</p>
<form method="post"><button type="submit" class="primary">$button</button></form>
<p class="hint">$hint</p>""")

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "ask": "Acknowledge?",
        "button": "I have it",
        "hint": "The others are not told any further. This link works once.",
        "done": "Acknowledged",
        "yours": "You have it now.",
        "all": "All incidents",
        NotFollowed.FORGED: "This link is not valid",
        NotFollowed.EXPIRED: "This link has expired",
        NotFollowed.USED: "This link was used already",
        NotFollowed.GONE: "There is no such incident",
        NotFollowed.OVER: "The incident is over already",
        "why": "Open the page of all incidents to act.",
    },
    "zh": {
        "ask": "确认接手？",
        "button": "由我处理",
        "hint": "不再通知其他人。此链接仅可使用一次。",
        "done": "已确认",
        "yours": "现由您处理。",
        "all": "全部事件",
        NotFollowed.FORGED: "此链接无效",
        NotFollowed.EXPIRED: "此链接已过期",
        NotFollowed.USED: "此链接已使用过",
        NotFollowed.GONE: "没有这个事件",
        NotFollowed.OVER: "该事件已结束",
        "why": "请打开全部事件页面进行操作。",
    },
}


def asking(language: str, about: str) -> str:
    """The page with the button; `about` says which incident."""
    words = WORDS[language]
    rest = BUTTON.substitute(about=escape(about), button=words["button"], hint=words["hint"])
    return _sheet(language, words["ask"], rest)


def done(language: str, about: str) -> str:
    """The page after the button."""
    words = WORDS[language]
    return _sheet(language, words["done"], f"<p>{escape(about)}</p>\n<p>{words['yours']}</p>")


def refused(language: str, why: NotFollowed) -> str:
    """The page of a link that does nothing."""
    words = WORDS[language]
    return _sheet(language, words[why], f"<p>{words['why']}</p>")


def _sheet(language: str, title: str, rest: str) -> str:
    words = WORDS[language]
    lang = "zh-CN" if language == "zh" else "en"
    return SHEET.substitute(lang=lang, title=title, rest=rest, all=words["all"])
