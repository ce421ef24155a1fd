"""What editors decided, as JSON."""

from collections.abc import Sequence
from typing import NotRequired

from service.alias_table import AliasReport
from service.edits import Action, Edit
from service.stores.edits import EditPage, LoggedEdit
from service.web.answers.base import Answer
from service.web.answers.entities import EntityInFullOut


class EditOut(Answer):
    """One decision; what its action has no use for is null or empty.

    `undoes` is the edit that it takes back.
    """

    id: int
    at: str
    who: str
    action: Action
    entity: str
    # Not required, so that an example may leave out what is null.
    into: NotRequired[str | None]
    name: NotRequired[str | None]
    text: NotRequired[str | None]
    aliases: list[str]
    articles: list[str]
    reason: str
    undoes: NotRequired[int | None]
    in_force: bool


class EditedOut(Answer):
    """An edit, and the entity as it is after it; null when nothing is called so any more."""

    edit: EditOut
    entity: NotRequired[EntityInFullOut | None]


class EditsOut(Answer):
    total: int
    edits: list[EditOut]
    next: str | None


class BadRowOut(Answer):
    """`line` counts from 1, the header included."""

    line: int
    reason: str


class AliasReportOut(Answer):
    """What became of the rows of a table."""

    added: int
    unchanged: int
    failed: list[BadRowOut]


def edit_out(edit: Edit, in_force: bool = True) -> EditOut:
    return EditOut(
        id=edit.id,
        at=edit.at,
        who=edit.who,
        action=edit.action,
        entity=edit.entity,
        into=edit.into,
        name=edit.name,
        text=edit.text,
        aliases=list(edit.aliases),
        articles=list(edit.articles),
        reason=edit.reason,
        undoes=edit.undoes,
        in_force=in_force,
    )


def edits_out(page: EditPage, following: str | None) -> EditsOut:
    return EditsOut(total=page.total, edits=_logged(page.edits), next=following)


def alias_report_out(report: AliasReport) -> AliasReportOut:
    return AliasReportOut(
        added=report.added,
        unchanged=report.unchanged,
        failed=[BadRowOut(line=row.line, reason=row.reason) for row in report.failed],
    )


def _logged(edits: Sequence[LoggedEdit]) -> list[EditOut]:
    return [edit_out(logged.edit, logged.in_force) for logged in edits]
