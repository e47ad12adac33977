"""The composition root of the demo: options in, an exit status out."""

import asyncio
import os
import signal
import socket

from rich.console import Console

from floorpulse.access.error_messages import PortTaken, expect_free, outside
from floorpulse.demo.app import Demo, Told
from floorpulse.demo.embedded.nursery import fork_nursery
from floorpulse.demo.folder import claimed
from floorpulse.demo.forked import ForkedPrograms
from floorpulse.demo.options import HOST, DemoError, DemoOptions
from floorpulse.demo.programs import MODULES
from floorpulse.demo.screen import Screen


def run(options: DemoOptions) -> int:
    """Run the demo; its programs are forks of this process, which has neither threads nor a loop
    yet, so that all that they import is imported once. See `demo`.
    """
    return asyncio.run(demo(options, fork_nursery(MODULES)))


async def demo(options: DemoOptions, nursery: socket.socket | None) -> int:
    """Run the demo until Ctrl-C, SIGTERM or the end of the terminal; a second one of these hurries
    the stop.

    Raises DemoError or EmbeddedServerError, whose words say what to do, after stopping whatever was
    started.
    """
    told = _listening()
    try:
        expect_free(HOST, options.port, "stop it, or choose another port with --port")
    except PortTaken as wrong:
        raise DemoError(str(wrong)) from wrong
    screen = Screen(Console(highlight=False))
    with claimed(options.state_dir) as folder:
        forked = await ForkedPrograms.of(nursery)
        inherited = dict(os.environ)  # noqa: TID251  what the child processes inherit
        life = Demo(options, folder, screen, inherited, forked.start)
        try:
            await life.run(told)
        except outside() as wrong:
            message = (
                f"an embedded server does not do what is needed ({type(wrong).__name__}: "
                f"{wrong}); see {options.state_dir / 'logs'}"
            )
            raise DemoError(message) from wrong
    return 0


def _listening() -> Told:
    told = Told()

    def tell() -> None:
        (told.hurry if told.stop.is_set() else told.stop).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, tell)
    return told
