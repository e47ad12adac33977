"""The planner: uploads the forecast a floor was staffed for, so that its days can be compared with
it.
"""

from datetime import UTC, datetime
from http import HTTPStatus

import httpx

from floorpulse.simulator.answers import UndeliverableError, advice, worded
from floorpulse.simulator.domain.foretold import ForetoldInterval, foretold
from floorpulse.simulator.domain.scenarios import Scenario
from floorpulse.simulator.domain.spans import DAY
from floorpulse.simulator.link import Unwatched, insist, linked
from floorpulse.simulator.options import Target
from floorpulse.simulator.pace import Course

AHEAD = 7 * DAY
"""How far an endless floor is planned"""


async def upload(target: Target, scenario: Scenario, way: Course) -> None:
    """Send the forecast; the same one twice makes one version. An `UndeliverableError` when it is
    refused.
    """
    until = way.start + AHEAD if way.until is None else way.until
    rows = [_row(interval) for interval in foretold(scenario, way.start, way.opening, until)]
    if not rows:
        return
    async with linked(target) as client:

        async def send() -> httpx.Response:
            return await client.put(
                "/v1/forecasts",
                params={"note": f"model contact centre, {scenario.name}"},
                json={"rows": rows},
            )

        answer = await insist(send, target, Unwatched())
    if answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
        message = f"{answer.url} answered {worded(answer)}; {advice(answer.status_code, 'admin')}"
        raise UndeliverableError(message)


def _row(interval: ForetoldInterval) -> dict[str, object]:
    return {
        "queue": interval.queue.id,
        "channel": interval.queue.channel,
        "start": datetime.fromtimestamp(interval.begin / 1000, UTC).isoformat(),
        "length": 30,
        "volume": interval.volume,
        "aht": round(interval.aht, 1),
        "staffed": interval.staffed,
    }
