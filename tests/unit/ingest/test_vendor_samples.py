"""The handed samples of vendors: the events, the visits and the states that they must give."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.unit.ingest.vendors import payloads_of, samples, states, told, visits

Body = dict[str, Any]
VENDORS = ("genesys-cloud", "twilio-taskrouter", "tencent-ccc", "alibaba-ccc")

pytestmark = pytest.mark.recorded


def sample(path: Path) -> tuple[Body, Body]:
    """What comes in, and what must come out."""
    wanted = path.with_name(path.name.replace(".in.json", ".out.json"))
    return json.loads(path.read_text()), json.loads(wanted.read_text())


def of(path: Path) -> list[Body]:
    """The events of a sample; calls that agents did not take are beyond what samples list."""
    came, _ = sample(path)
    events = told(came["vendor"], *payloads_of(came))
    return [{**one, "source": came["source"]} for one in events if one["type"] != "agent.missed"]


def as_set(events: list[Body]) -> set[str]:
    return {json.dumps(one, sort_keys=True) for one in events}


@pytest.mark.parametrize("path", samples(*VENDORS))
def test_a_sample_gives_exactly_its_events(path: Path) -> None:
    _, wanted = sample(path)

    assert as_set(of(path)) == as_set(wanted["events"])


@pytest.mark.parametrize("path", samples(*VENDORS))
def test_shuffled_and_doubled_a_sample_gives_the_figures_of_its_visits(path: Path) -> None:
    _, wanted = sample(path)
    events = of(path) * 2
    Random(7).shuffle(events)

    known = visits(events)
    for visit in wanted["visits"]:
        figures = known[visit["contact"], visit["visit"]]
        assert {**figures, **visit} == {
            **figures,
            "contact": visit["contact"],
            "visit": visit["visit"],
        }
    contacts = {(one["contact"], one["visit"]) for one in wanted["visits"]}
    assert contacts >= {key for key, one in known.items() if one["outcome"] is not None}


@pytest.mark.parametrize("path", samples(*VENDORS))
def test_a_sample_puts_its_agents_into_the_states_of_its_list(path: Path) -> None:
    _, wanted = sample(path)

    assert states(of(path)) == states(wanted["events"])
