"""What every answer of the API shares.

Answers are typed dictionaries: mypy holds what is put in, the OpenAPI document is made of them, and
nothing looks again at each value that we have made ourselves. With pydantic's models that took more
time than all else that a cheap search costs.
"""

from collections.abc import Mapping
from typing import NotRequired

from pydantic import with_config
from pydantic_core import to_json
from typing_extensions import TypedDict

from service.dates import Moment


@with_config(extra="forbid")
class Answer(TypedDict):
    """Base of all answers."""


# `from` is a word of Python's own, which no class can have as a field.
From = TypedDict("From", {"from": str})


class HealthOut(Answer):
    status: str


class CheckOut(Answer):
    """`needed` for any answer at all; `detail` is told on this machine only."""

    name: str
    ok: bool
    needed: bool
    detail: NotRequired[str]


class ReadyOut(Answer):
    status: str
    checks: list[CheckOut]


def encoded(answer: Mapping[str, object], indent: int | None = None) -> bytes:
    """An answer as JSON."""
    return to_json(answer, indent=indent)


def shown(moment: Moment | None) -> str | None:
    return moment.shown if moment is not None else None
