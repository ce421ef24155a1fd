"""What is read out of an article beside its fields: who is named, who says what, which dates.

Offsets are Unicode code points into one passage (a field's plain text), the end exclusive.
"""

from dataclasses import dataclass
from typing import Literal

from service.entity import Mention

DatePrecision = Literal["day", "month", "year"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Speech, with its speaker where the sentence names one.

    `speaker` is the position of the speaker's mention among the article's mentions, None when the
    speaker is described only (`an informed source`) or not known. `speaker_name` is what the text
    calls the speaker, and `verb` how it is said, as written; both None where nothing says it.
    `start` and `end` are those of the words between the quotation marks. Without marks, when the
    words are the writer's (`Mr Kim said he was ready`), `direct` is false and they are the clause.
    """

    field: str
    start: int
    end: int
    text: str
    speaker: int | None
    speaker_name: str | None
    verb: str | None
    direct: bool = True


@dataclass(frozen=True, slots=True)
class MentionedDate:
    """An absolute date in a text: `date` is ISO 8601, as precise as the text is."""

    field: str
    start: int
    end: int
    text: str
    date: str
    precision: DatePrecision


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was read out of one article, each in reading order."""

    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dates: tuple[MentionedDate, ...] = ()
