"""`floorpulse rules test` over real tables."""

import asyncio
from pathlib import Path

import asyncpg
import msgspec
import pytest
from typer.testing import CliRunner, Result

from floorpulse.alerts.rules.replay_answer import ReplayAnswer
from floorpulse.cli.app import app as cli
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.timestamps import text
from floorpulse.kpis.plan import Slot
from floorpulse.query.settings import QuerySettings
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.definitions import entries
from tests.fakes.floor import abandoned, answered
from tests.integration.stored import Floor

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("logging_as_it_was"),
]

MINUTE = 60_000
STORED = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice]}
"""
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "test-a-rule.md"


def rules_of_page() -> str:
    """The rules that the page shows."""
    _, _, rest = PAGE.read_text("utf-8").partition('```yaml title="rules.yaml"\n')
    return rest.partition("```")[0]


RULES = rules_of_page()


@pytest.fixture(scope="module")
def began() -> int:
    """Three hours ago, at a full half hour."""
    now = now_ms()
    return now - now % (30 * MINUTE) - 180 * MINUTE


def taken_by(agent: str, visit: Visit) -> Visit:
    """Somebody else than whose states are told took the call."""
    return msgspec.structs.replace(visit, agent=agent)


async def store(database: DatabaseSettings, began: int) -> None:
    """Two hours of calls, a quarter of an hour of which nobody answers; a forecast; definitions."""
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=4)
    try:
        floor = Floor(QuerySettings(database=database), pool, "log")
        for call in range(240):
            at = began + call * 30_000
            lost = 130 <= call < 160
            floor.memory.put(abandoned(at, 90) if lost else taken_by("bob", answered(at, 5, 200)))
        floor.memory.enter(
            "ann",
            Entered(began, "available", ("sales",)),
            Entered(began + 65 * MINUTE, "break", ("sales",)),
            Entered(began + 80 * MINUTE, "available", ("sales",)),
        )
        await floor.store()
        await PostgresDefinitions(pool).save(entries(STORED), began)
        slots = [
            Slot("sales", "voice", begin, begin + 30 * MINUTE, 60.0, 200.0, 9)
            for begin in range(began, began + 120 * MINUTE, 30 * MINUTE)
        ]
        await PostgresForecasts(pool).save("demo", slots, Said("1", "", now_ms()))
    finally:
        await pool.close()


def run(
    database: DatabaseSettings, file: Path, began: int, *options: str, tenant: str = "demo"
) -> Result:
    env = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value(), "COLUMNS": "200"}
    span = ("--from", text(began + 40 * MINUTE), "--to", text(began + 120 * MINUTE))
    words = ["rules", "test", str(file), *span, "--tenant", tenant, *options]
    return CliRunner().invoke(cli, words, env=env)


def test_a_rule_is_replayed_over_what_the_engine_stored(
    database: DatabaseSettings, tmp_path: Path, began: int
) -> None:
    asyncio.run(store(database, began))
    file = tmp_path / "rules.yaml"
    file.write_text(RULES, encoding="utf-8")

    done = run(database, file, began, "--json")

    assert done.exit_code == 0, done.output
    answer = msgspec.json.decode(done.stdout, type=ReplayAnswer)
    alerts = {one.rule: one for one in answer.alerts}
    [low] = alerts["service-level-low"].firings
    assert low.figure is not None
    assert (low.figure.numerator, low.figure.denominator) == (4, 10)
    assert parse_instant(alerts["half-hour-at-risk"].firings[0].fired_at) < parse_instant(
        low.fired_at
    )
    [nobody] = alerts["nobody-free"].firings
    assert nobody.seconds == 900

    shown = run(database, file, began, "--rule", "service-level-low")
    assert shown.exit_code == 0
    assert "service-level-low sales" in shown.output
    assert "██" in shown.output
    assert "half-hour" not in shown.output


def test_a_wrong_rule_is_told_as_the_check_tells_it(
    database: DatabaseSettings, tmp_path: Path, began: int
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(RULES.replace("service_level,", "service_lever,"), encoding="utf-8")

    wrong = run(database, file, began)

    assert wrong.exit_code == 1
    assert "rules[service-level-low].threshold.kpi: " in wrong.output
