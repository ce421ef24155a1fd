"""The audit log's lines of what is done on the command line."""

import getpass
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from service.cli.terminal import say
from service.cluster import EngineName
from service.dates import utc_now
from service.errors import CuttingsError
from service.home import home_of
from service.settings import Settings
from service.stores.audit import AuditStore, Begun, Deed

# What is recorded, with the parameters that name what it is done to: keys, numbers, files.
RECORDED: Mapping[str, tuple[str, ...]] = {
    "ingest": ("paths",),
    "migrate": (),
    "reindex": (),
    "retag": (),
    "backup": ("file",),
    "move": ("to",),
    "restore": ("file",),
    "snapshot take": ("name",),
    "snapshot restore": ("name",),
    "snapshot delete": ("name",),
    "kill": ("key",),
    "revive": ("key",),
    "export": ("format", "output"),
    "key create": ("scope", "note"),
    "key revoke": ("number",),
    "entity merge": ("key", "into"),
    "entity split": ("key",),
    "entity rename": ("key",),
    "entity retype": ("key", "type_"),
    "entity dismiss": ("key",),
    "entity alias": ("key",),
    "entity unalias": ("key",),
    "entity note": ("key",),
    "entity distinct": ("key", "other"),
    "entity undo": ("number",),
    "entity import": ("file",),
    "entity export": ("file",),
    "quarantine show": ("number",),
    "quarantine retry": ("numbers",),
    "quarantine drop": ("numbers",),
}
# Without an archive there is nothing to change; these make one.
MAKING = frozenset({"ingest", "migrate", "key create"})
# It may be there because the file with the log is damaged.
RESTORE = "restore"
# There is no archive before it, and the one that it brings gets the line.
_BRINGING = "snapshot restore"
_OTHER: Mapping[EngineName, EngineName] = {"sqlite": "opensearch", "opensearch": "sqlite"}
_PASSWORD = re.compile(r"://[^/@\s]*@")


@contextmanager
def recorded(settings: Settings, context: click.Context) -> Iterator[None]:
    """A line begun before the command does anything, and its outcome after."""
    name = _name(context)
    if name == "move":
        # It is the old home that everything is taken out of.
        settings = replace(settings, engine=_OTHER[context.params["to"]])
    if name in (RESTORE, _BRINGING):
        with _restoring(settings, _deed(settings, name, context.params)):
            yield
    elif _is_recorded(settings, name, context.params):
        store = AuditStore(home_of(settings).private)
        store.forget(settings.audit_days)
        with store.during(_deed(settings, name, context.params)):
            yield
    else:
        yield


def login_name() -> str:
    """What the system calls who runs this."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container may have no name for its user
        return "unknown"


def _is_recorded(settings: Settings, name: str, params: Mapping[str, Any]) -> bool:
    if name == "check":
        return bool(params.get("mend"))
    if params.get("dry_run"):
        return False
    return name in RECORDED and (name in MAKING or home_of(settings).is_there())


@contextmanager
def _restoring(settings: Settings, deed: Deed) -> Iterator[None]:
    """The line stands in the file that is replaced, if that can be written, and in the new one."""
    begun = Begun(0, utc_now(), deed)
    if settings.engine == "sqlite" and settings.private_db.exists():
        try:
            begun = AuditStore(home_of(settings).private).begin(deed)
        except CuttingsError as exc:
            say(f"warning: {exc.detail}", err=True)
    try:
        yield
    except BaseException:
        if begun.id:
            AuditStore(home_of(settings).private).end_if_can(begun, "failed")
        raise
    AuditStore(home_of(settings).private).end_if_can(begun, "done")


def _deed(settings: Settings, name: str, params: Mapping[str, Any]) -> Deed:
    words = [name, *(text for each in RECORDED.get(name, ()) for text in _texts(params.get(each)))]
    asked = params.get("query") if settings.log_queries else None
    return Deed(
        who=login_name(),
        action=_PASSWORD.sub("://", " ".join(words)),
        asked=" ".join(_texts(asked)),
    )


def _texts(given: Any) -> list[str]:
    if given is None or given == "":
        return []
    if isinstance(given, (tuple, list)):
        return [str(each) for each in given]
    return [str(getattr(given, "name", given) if not isinstance(given, str) else given)]


def _name(context: click.Context) -> str:
    """`entity merge`: the command without the program."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(names)
