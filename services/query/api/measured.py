"""Routes that count themselves, and say 503 when what they need is away."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from floorpulse.figures.history.coverage import NotKeptError, TooFineError
from floorpulse.query.app import Answering, UseCases
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.request_body import Handler
from floorpulse.runtime.routes import RETRY_AFTER, available, refuse_repeated

T = TypeVar("T")


class MeasuredRoute(APIRoute):
    """A route whose rate, errors and duration are in `floorpulse_api_request_seconds`."""

    def answering(self) -> Handler:
        """What answers, untimed: FastAPI's handler, for questions that say each thing once."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            refuse_repeated(request)
            return await handler(request)

        return answer

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, timed."""
        return measured(self.path, self.answering())


def measured(path: str, answer: Handler) -> Handler:
    """What answers the route of a path, timed."""

    async def timed(request: Request) -> Response:
        began = monotonic()
        status = 500
        try:
            with answering_of(request).turns.answering():
                response = await _available(answer, request)
            status = response.status_code
        except Problem as problem:
            status = problem.status
            raise
        else:
            return response
        finally:
            requests = answering_of(request).metrics.requests
            seconds = requests.labels(request.method, path, status)
            seconds.observe(monotonic() - began)

    return timed


async def _available(answer: Handler, request: Request) -> Response:
    try:
        return await available(answer, request)
    except TooFineError as gone:
        raise Problem(422, "Range not kept at this resolution", str(gone)) from gone
    except NotKeptError as gone:
        raise Problem(422, "Range not kept", str(gone)) from gone


def answering_of(request: Request) -> Answering:
    """What all answers share, loaded or not."""
    return running_of(request).answering


def use_case(kind: type[T]) -> Callable[[Request], Coroutine[Any, Any, T]]:
    """A dependency: the running use case of a type; problem 503 until the board holds the live
    span. (FastAPI sends what is not async to a thread.)
    """

    async def running(request: Request) -> T:
        return loaded(request).of(kind)

    return running


def loaded(request: Request) -> UseCases:
    """The running use cases; problem 503 until the board holds the live span."""
    running = running_of(request)
    if not running.answering.health.loaded():
        raise Problem(
            503,
            "Starting up",
            "The live figures are being loaded; try again in a moment.",
            headers=RETRY_AFTER,
        )
    return running


def running_of(request: Request) -> UseCases:
    """The running use cases, loaded or not."""
    running: UseCases = request.app.state.query
    return running


async def _shared(request: Request) -> Answering:
    return loaded(request).answering


Shared = Annotated[Answering, Depends(_shared)]
"""What all answers share; problem 503 until the board holds the live span"""
