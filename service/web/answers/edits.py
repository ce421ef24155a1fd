"""What editors decided, as JSON."""

from collections.abc import Sequence

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
    # With defaults, so that an example may leave out what is null.
    into: str | None = None
    name: str | None = None
    text: str | None = None
    aliases: list[str]
    articles: list[str]
    reason: str
    undoes: int | None = None
    in_force: bool


class EditedOut(Answer):
    """An edit, and the entity as it is after it; null when nothing is called so any more."""

    edit: EditOut
    entity: EntityInFullOut | None = None


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
    values = {name: getattr(edit, name) for name in Edit.__slots__}
    lists = {name: list(values[name]) for name in ("aliases", "articles")}
    return EditOut(**(values | lists), in_force=in_force)


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
