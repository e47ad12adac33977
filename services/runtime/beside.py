"""Work that goes on beside something, until that is over."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack


def run_beside(stack: AsyncExitStack, *works: Coroutine[None, None, None]) -> None:
    """Run each in a task that is cancelled when the stack is left."""
    for work in works:
        stack.callback(asyncio.create_task(work).cancel)
