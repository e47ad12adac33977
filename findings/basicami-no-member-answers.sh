#!/usr/bin/env bash
# basicami drops the members of a QueueStatus that arrive together with its answer: of a queue with
# thirty agents none is told, and nothing is raised.
#
# Package:  basicami 0.1.0 (PyPI)
# Expected: QueueStatus is answered by a response and a list of events that bear the action's id.
#           send_action gives the response, get_events the members and the end of the list.
# Seen:     What bears the id of an action under way is taken for its response, and the second and
#           later ones are dropped. The id is forgotten only when the caller has run again, so all
#           that has arrived by then is lost, of a hundred members as of thirty. Half a second later
#           the same list is told whole.
# Matters:  On a switch in the same room a list comes in one piece: the board shows a queue without
#           agents, or staffing is taken from the few that came late.
# Source:   basicami/basic_ami.py, _dispatch_packet
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check basicami==0.1.0 || exit 2

"$python" - <<'PY'
import asyncio
import sys
from importlib.metadata import version

from basicami import BasicAMI

def packet(**fields: object) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n"


def members(count: int, action: str) -> bytes:
    rows = [
        packet(Event="QueueMember", Queue="sales", Name=f"agent {number}", ActionID=action)
        for number in range(count)
    ]
    end = packet(Event="QueueStatusComplete", EventList="Complete", ActionID=action)
    return b"".join([*rows, end])


async def told(count: int, pause: float) -> int:
    """How many events follow QueueStatus, when its list comes `pause` s after the answer."""

    async def switch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        while text := (await reader.readuntil(b"\r\n\r\n")).decode():
            fields = dict(line.split(": ", 1) for line in text.strip().split("\r\n"))
            answer = packet(Response="Success", ActionID=fields["ActionID"])
            if fields["Action"] == "Login":
                writer.write(answer)
                continue
            events = members(count, fields["ActionID"])
            if pause:
                writer.write(answer)
                await asyncio.sleep(pause)
                writer.write(events)
            else:
                writer.write(answer + events)
            break

    server = await asyncio.start_server(switch, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = await BasicAMI.connect("127.0.0.1", port, "floor", "secret")
    response = await client.send_action({"Action": "QueueStatus"})
    events = await client.get_events(timeout=2 + pause)
    await asyncio.sleep(0.2)
    events += await client.get_events()
    await client.close()
    server.close()
    assert response["Response"] == "Success"
    return len(events)


COUNTS = (30, 100)
together = [asyncio.run(told(count, 0)) for count in COUNTS]
apart = [asyncio.run(told(count, 0.5)) for count in COUNTS]
print("basicami", version("basicami"))
print("expected: of 30 and of 100 members 31 and 101 events, the last one ends the list")
print("seen, list and answer in one write:", *together, "events")
print("seen, list half a second later:", *apart, "events")
sys.exit(0 if together[0] < 15 and together[1] < 50 and apart == [31, 101] else 1)
PY
