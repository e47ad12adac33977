"""The rules of a group that look at one window, and its answer of now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from floorpulse.alerts.rules.threshold_judge import ThresholdJudge, judge_of
from floorpulse.alerts.rules.watched import GroupKey, WatchedRule
from floorpulse.board.domain.windows import Span, Window
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.opened import OpenAnswer
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question


@dataclass(eq=False, slots=True)
class JudgedWindow:
    """The rules of a group that look at one window, and its answer of now. `filled` where the floor
    is known for as long as any of them looks back.
    """

    name: Window
    query: LiveQuery
    judges: dict[WatchedRule, ThresholdJudge]
    answer: OpenAnswer | None = None
    span: tuple[str, Span] = ("", Span(0, 0))
    filled: bool = False

    @property
    def opened(self) -> OpenAnswer:
        """Its answer."""
        assert self.answer is not None  # noqa: S101  opened before
        return self.answer


def windows_of(key: GroupKey, rules: Sequence[WatchedRule]) -> Iterator[JudgedWindow]:
    """The windows of a group's rules."""
    for window in dict.fromkeys(rule.window for rule in rules):
        judges = {rule: judge_of(rule) for rule in rules if rule.window is window}
        kpis = tuple(dict.fromkeys(judge.kpi for judge in judges.values()))
        yield JudgedWindow(
            window, LiveQuery(key.selection, window, Question(kpis, AS_IN_FORCE)), judges
        )
