"""The query string, read at once into a model of parameters.

FastAPI goes through the fields of such a model one by one in Python, which for those of a search
takes as long as a search. Here pydantic takes them all, and FastAPI only documents them.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from service.errors import InvalidRequest, Problem
from service.web.parameters import REPEATABLE, refuse_long_page

Params = TypeVar("Params", bound=BaseModel)
_DIGITS = 5


@cache
def read_as(model: type[Params]) -> Callable[[Request], Awaitable[Params]]:
    """A dependency: a request's parameters; what is wrong with them is told as FastAPI does."""

    async def read(request: Request) -> Params:
        try:
            return model.model_validate(given(request))
        except ValidationError as exc:
            errors = [error | {"loc": ("query", *error["loc"])} for error in exc.errors()]
            raise RequestValidationError(errors) from exc

    return read


@cache
def documented(model: type[BaseModel]) -> dict[str, Any]:
    """How FastAPI documents the fields of a model as parameters, for `openapi_extra`."""
    app = FastAPI()

    @app.get("/")
    def path(_: Annotated[model, Query()]) -> None:  # type: ignore[valid-type]  # made as it runs
        pass

    return {"parameters": app.openapi()["paths"]["/"]["get"]["parameters"]}


def given(request: Request) -> dict[str, str | list[str]]:
    """What was given, by name; one value given twice is a mistake and not a matter of taste."""
    values: dict[str, Any] = {}
    twice = set()
    for name, value in request.query_params.multi_items():
        if name in REPEATABLE:
            values.setdefault(name, []).append(value)
        elif name in values:
            twice.add(name)
        else:
            values[name] = value
    if twice:
        problems = tuple(Problem(name, "is given more than once") for name in sorted(twice))
        raise InvalidRequest("A parameter takes one value", problems=problems)
    limit = values.get("limit", "")
    if limit.isascii() and limit.isdigit() and len(limit) < _DIGITS:  # else it is no limit at all
        refuse_long_page(int(limit), request.app.state.desk.settings.limits)
    return values
