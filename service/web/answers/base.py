"""What every answer of the API shares."""

from pydantic import BaseModel, ConfigDict

from service.dates import Moment


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="forbid")


class HealthOut(Answer):
    status: str


def shown(moment: Moment | None) -> str | None:
    return moment.shown if moment is not None else None
