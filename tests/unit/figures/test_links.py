"""Links of a figure say the very question that the figure answers."""

from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from floorpulse.access.parameters import names_of
from floorpulse.contracts.visits import Outcome
from floorpulse.figures.links import (
    LinkedFigure,
    corrections_link,
    definition_link,
    history_link,
    listed,
    named_definition_link,
    visits_link,
)
from floorpulse.figures.restate import Restatement
from floorpulse.kpis.policies import Formula

SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER = 1_790_784_000_000
NOVEMBER = 1_793_462_400_000
FIGURE = LinkedFigure("service_level", OCTOBER, NOVEMBER, SHANGHAI, ("sales", "help"), ("voice",))


def test_history_is_asked_for_one_row_over_the_figures_span_queues_and_channels() -> None:
    link = history_link(FIGURE)

    assert urlsplit(link).path == "/v1/kpis/history"
    assert _asked(link) == {
        "from": "2026-10-01T00:00:00+08:00",
        "to": "2026-11-01T00:00:00+08:00",
        "queue": "sales,help",
        "channel": "voice",
        "interval": "all",
        "kpi": "service_level",
        "by": "total",
        "tz": "Asia/Shanghai",
    }


def test_a_plus_sign_and_a_slash_are_escaped() -> None:
    assert "from=2026-10-01T00%3A00%3A00%2B08%3A00" in history_link(FIGURE)
    assert "tz=Asia%2FShanghai" in history_link(FIGURE)


def test_the_definition_and_what_was_said_differently_stand_in_the_link() -> None:
    restated = Restatement(formula=Formula.V2, threshold=30, flow_outs=False)
    figure = LinkedFigure("aht", OCTOBER, NOVEMBER, SHANGHAI, (), (), "vip@2", restated)

    asked = _asked(visits_link(figure, missed=True, outcome=Outcome.ANSWERED))

    assert asked["definition"] == "vip@2"
    assert asked["formula"] == "V2"
    assert asked["threshold"] == "30"
    assert asked["flow_outs"] == "false"
    assert asked["missed"] == "true"
    assert asked["outcome"] == "answered"
    assert "queue" not in asked
    assert "channel" not in asked


def test_visits_are_all_of_them_unless_only_the_missed_are_wanted() -> None:
    assert "missed" not in _asked(visits_link(FIGURE))


def test_corrections_are_those_of_the_figures_span() -> None:
    link = corrections_link(FIGURE)

    assert urlsplit(link).path == "/v1/corrections"
    assert _asked(link)["kpi"] == "service_level"


def test_names_with_commas_and_quotes_come_back_as_they_were() -> None:
    names = ('sales, "east"', "帮助", " padded ", "plain")

    assert names_of(listed(names)) == names


def test_a_definition_is_named_with_its_version_or_without() -> None:
    assert definition_link("contract", "acme") == "/v1/definitions/contract/acme"
    assert definition_link("team", "a/b", 3) == "/v1/definitions/team/a%2Fb?version=3"
    assert (
        named_definition_link("service_level", "vip@2")
        == "/v1/definitions/service_level/vip?version=2"
    )
    assert (
        named_definition_link("service_level", "default") == "/v1/definitions/service_level/default"
    )


def _asked(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
