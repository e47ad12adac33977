"""Every error of an application is a problem document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from floorpulse.runtime.http import create_app
from floorpulse.runtime.problems import Problem, described


@asynccontextmanager
async def nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


def client() -> httpx.AsyncClient:
    app = create_app("test", "test", nothing)

    async def ours() -> None:
        raise Problem(
            409,
            "Taken",
            "The name is taken; choose another.",
            headers={"Retry-After": "3"},
            name="x",
        )

    async def number(of: int) -> int:
        return of

    async def broken() -> None:
        message = "unforeseen"
        raise RuntimeError(message)

    app.add_api_route("/ours", ours, responses=described(409))
    app.add_api_route("/number", number)
    app.add_api_route("/broken", broken)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test"
    )


async def problem_at(path: str) -> tuple[httpx.Response, dict[str, object]]:
    async with client() as open_client:
        response = await open_client.get(path)
    assert response.headers["content-type"] == "application/problem+json"
    return response, response.json()


async def test_a_problem_has_its_members_and_headers() -> None:
    response, problem = await problem_at("/ours")
    assert problem == {
        "type": "about:blank",
        "title": "Taken",
        "status": 409,
        "detail": "The name is taken; choose another.",
        "name": "x",
    }
    assert response.headers["retry-after"] == "3"


async def test_an_invalid_parameter_is_named() -> None:
    response, problem = await problem_at("/number?of=nan")
    assert response.status_code == 422
    assert "query.of" in str(problem["detail"])


async def test_an_unknown_path_is_a_problem() -> None:
    assert (await problem_at("/nowhere"))[1]["status"] == 404


async def test_an_unforeseen_error_tells_nothing_about_the_inside() -> None:
    response, problem = await problem_at("/broken")
    assert response.status_code == 500
    assert "unforeseen" not in str(problem)


async def test_routes_describe_their_problems() -> None:
    async with client() as open_client:
        document = (await open_client.get("/openapi.json")).json()
    assert (
        "application/problem+json"
        in document["paths"]["/ours"]["get"]["responses"]["409"]["content"]
    )
