"""What single cells of a client's list say: outcomes, truths, spans of time."""

import re

from floorpulse.contracts.visits import Outcome

WORDS: dict[Outcome, str] = {
    Outcome.ANSWERED: "answered answer connected handled completed complete served accepted "
    "success 接通 已接 已接通 已接听 接听 接起 应答 已应答 成功 人工接听",
    Outcome.ABANDONED: "abandoned abandon abandonedinqueue lost missed unanswered noanswer "
    "notanswered hungup callerhungup 放弃 已放弃 未接 未接通 未接听 排队放弃 主动放弃 挂断 呼损",
    Outcome.LEFT: "left overflow overflowed flowout flowedout timeout timedout redirected "
    "callback exit voicemail 转出 溢出 超时 离开 已离开 转移 留言",
}
OUTCOME_OF = {word: outcome for outcome, words in WORDS.items() for word in words.split()}
TRUE = frozenset(("yes", "y", "true", "t", "1", "x", "✓", "√", "是", "对", "达标", "计费"))
FALSE = frozenset(("no", "n", "false", "f", "0", "✗", "×", "否", "错", "未达标", "不计费"))
CLOCK = re.compile(r"^(?:(?P<h>\d+):)?(?P<m>\d{1,4}):(?P<s>\d{1,2}(?:[.,]\d+)?)$")
NOTHING = frozenset(("", "-", "–", "—", "null", "none", "n/a", "na", "nan", "\\n"))
"""Cells that say nothing"""
LONGEST = 10**11
"""Milliseconds beyond which a number is no span: three years"""


def is_empty(text: str) -> bool:
    """Whether a cell says nothing."""
    return text.strip().casefold() in NOTHING


def outcome_said(text: str) -> Outcome | None:
    """The outcome that a word means; of yes and no, whether it was answered. None of others."""
    word = "".join(letter for letter in text.casefold() if letter.isalnum())
    truth = truth_said(text)
    if word in OUTCOME_OF:
        return OUTCOME_OF[word]
    if truth is None:
        return None
    return Outcome.ANSWERED if truth else Outcome.ABANDONED


def truth_said(text: str) -> bool | None:
    """Yes or no; None of other words."""
    word = text.strip().casefold()
    if word in TRUE:
        return True
    return False if word in FALSE else None


def span_said(text: str, unit: int) -> int | None:
    """A span in milliseconds: 75, 75.4, 75,4, 1:15, 0:01:15; a mere number in units of so many
    milliseconds. None where it is none, less than nothing, or beyond `LONGEST`.
    """
    text = text.strip()
    found = CLOCK.match(text)
    try:
        span = _thousandths(text, unit) if found is None else _on_the_clock(found)
    except ValueError:
        return None
    return span if 0 <= span <= LONGEST else None


def _on_the_clock(found: re.Match[str]) -> int:
    minutes = int(found["h"] or 0) * 60 + int(found["m"])
    return minutes * 60_000 + _thousandths(found["s"], 1_000)


def _thousandths(number: str, unit: int) -> int:
    """A number with a point or a comma before its fraction, times a unit, to the whole."""
    whole, _, fraction = number.replace(",", ".").partition(".")
    digits = (fraction + "000000")[:6]
    sign = -1 if whole.startswith("-") else 1
    return int(whole or "0") * unit + sign * (int(digits) * unit // 1_000_000)
