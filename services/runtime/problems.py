"""Errors of the HTTP edge as problem documents (RFC 9457, `application/problem+json`)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818  the name RFC 9457 gives it
    """An answer that is an error: raise it anywhere below a route.

    `title` says what kind of error this is, `detail` what was wrong, where, and what to do;
    `members` become further members of the document. `headers` go out with the answer.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


class ProblemResponse(JSONResponse):
    """A problem document on its way out."""

    media_type = MEDIA_TYPE


def document(problem: Problem) -> dict[str, object]:
    """The members of the problem document."""
    return {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }


def answer(problem: Problem) -> ProblemResponse:
    """The response that tells a client of `problem`."""
    return ProblemResponse(jsonable_encoder(document(problem)), problem.status, problem.headers)


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document: ours, FastAPI's, Starlette's and the
    unforeseen ones.
    """
    app.add_exception_handler(Problem, _ours)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, unforeseen)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the problems a route may answer with."""
    return {status: _described(HTTPStatus(status)) for status in statuses}


def _described(status: HTTPStatus) -> dict[str, Any]:
    phrase = _phrase(status)
    example = {
        "type": "about:blank",
        "title": phrase,
        "status": status.value,
        "detail": f"{phrase if status in RENAMED else status.description or phrase}.",
    }
    return {
        "description": phrase,
        "content": {MEDIA_TYPE: {"schema": REFERENCE, "example": example}},
    }


RENAMED = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
NAME = "Problem"
"""What OpenAPI documents call a problem document"""
REFERENCE: dict[str, Any] = {"$ref": f"#/components/schemas/{NAME}"}
SCHEMA: dict[str, Any] = {
    "title": NAME,
    "description": "What went wrong (RFC 9457); some kinds have further members.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["about:blank"]},
        "title": {
            "type": "string",
            "description": "the kind of error",
            "examples": ["Unknown queue"],
        },
        "status": {"type": "integer", "description": "the HTTP status again", "examples": [422]},
        "detail": {
            "type": "string",
            "description": "what was wrong, where, and what to do",
            "examples": ["unknown queue: slaes; known are: help, sales"],
        },
    },
}


async def _ours(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    return answer(error)


async def _invalid_request(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        {"location": _location(wrong["loc"]), "message": str(wrong["msg"])}
        for wrong in error.errors()
    ]
    detail = "; ".join(f"{wrong['location']}: {wrong['message']}" for wrong in errors)
    return answer(Problem(422, "Invalid request", detail, errors=errors))


def _location(path: Sequence[int | str]) -> str:
    return ".".join(str(step) for step in path)


async def _of_the_framework(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    return answer(Problem(status.value, _phrase(status), str(error.detail), headers=error.headers))


def _phrase(status: HTTPStatus) -> str:
    """Its name in RFC 9110; Python before 3.13 has names of older documents."""
    return RENAMED.get(status.value, status.phrase)


async def unforeseen(_request: Request, _error: Exception) -> Response:
    """What a defect is answered. The error is raised again behind it, so that the log has its
    traceback.
    """
    return answer(
        Problem(500, "Internal error", "This is a defect of the server; its log has the traceback.")
    )


READ_PROBLEMS = described(401, 403, 406, 422, 503)
"""OpenAPI `responses` for the problems that every question may be answered with"""
