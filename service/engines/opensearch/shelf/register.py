"""The register of changes: one document that tells the number of the last one, and what it changes
until that is done.

Whoever replaces it has committed: the cluster takes the first that wants to do so, and refuses all
others. A change that is told here and not applied yet is done by whoever comes next.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.engines.opensearch.client import Client, Found, Place
from service.engines.opensearch.shelf import layouts
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.errors import Busy, CuttingsError, Misconfigured, NotReady
from service.schema_versions import of_documents

_LOG = logging.getLogger(__name__)
_KEY, _BEAT = "head", "beat"
# Of so many changes it is known who made them.
_REMEMBERED = 200
# Of a change: more stands in documents of its own, since no request may be of any size.
_MOST_CHARACTERS = 8_000_000
_PIECE = 4_000_000
# So long it is asked whether a change was written: another copy may have to take over first.
_SECONDS_IN_DOUBT = 45.0
_PAUSE = 0.2
_PIECES_AT_ONCE = 1_000
# Pieces of a change that was never made are forgotten after this.
_SECONDS_OF_PIECES = 3_600
_NOT_WHOLE = (
    "This archive is being restored or moved here, or that was cut off: wait, or begin it again"
)
_OTHER_SCHEMA = (
    "This archive was made by another version of Cuttings: `cuttings move` it to a file with that "
    "one, and from there to the cluster with this one"
)
NOT_KNOWN = "It is not known whether the change was written: look before it is done again"


@dataclass(frozen=True, slots=True)
class Head:
    """The last change: its number, by whom it and those before it were made (the last one first),
    and what it changes, if that is not applied. `changed` tells the last change of each kind.

    Changes are written into the indices of `layout`, and of `coming` if these are being filled.
    `retired_at` is when the last version was left, in seconds since 1970. `claim` tells who wants
    to make the next change before all others, `owner` who alone may look as long as not all is
    there again. `schema` tells what rows the documents are made of.
    """

    number: int = 0
    makers: tuple[str, ...] = ()
    is_applied: bool = True
    documents: int = 0
    pieces: int = 0
    changes: str = ""
    changed: Mapping[str, int] = field(default_factory=dict)
    layout: Layout = laid_out(Parts())  # noqa: RUF009 - it cannot be changed
    coming: Layout | None = None
    retired_at: int = 0
    claim: str = ""
    owner: str = ""
    schema: str = field(default_factory=of_documents)
    place: Place | None = field(default=None, compare=False)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Those into which a change after this one is written."""
        return (self.layout,) if self.coming is None else (self.layout, self.coming)

    def followed_by(self, changes: str, documents: int, kinds: Iterable[str]) -> "Head":
        """What stands in the register after the next change."""
        number = self.number + 1
        return replace(
            self,
            number=number,
            makers=(secrets.token_hex(8), *self.makers[: _REMEMBERED - 1]),
            is_applied=False,
            documents=documents,
            pieces=0,
            changes=changes,
            changed={**self.changed, **dict.fromkeys(kinds, number)},
            claim="",
            place=None,
        )

    def applied(self) -> "Head":
        return replace(self, is_applied=True, documents=0, pieces=0, changes="")

    def was_made_by(self, other: "Head") -> bool | None:
        """Whether a change is this one, or one before it; None: too many were made since."""
        since = self.number - other.number
        if since < 0:
            return False
        return self.makers[since] == other.makers[0] if since < len(self.makers) else None


class Register:
    """Read and replaced by any number of processes; of an archive that is being restored only by
    whoever is its `owner`.
    """

    def __init__(self, client: Client, index: str, owner: str = "") -> None:
        self._client = client
        self._index = index
        self._owner = owner

    def begin(self, head: Head | None = None) -> Head | None:
        """Nothing has been changed yet, or all up to `head`; None if it is there already."""
        head = head or Head()
        place = self._client.replace(self._index, _KEY, _body(head), None)
        return replace(head, place=place) if place is not None else None

    def read(self, *, whole: bool = False) -> Head:
        """As it is now; what is to be changed only as a `whole`."""
        head = self.found(whole=whole)
        if head is None:
            raise Misconfigured(f"The cluster has no archive in {self._index}: make it first")
        self._raise_if_not_ours(head)
        return head

    def raise_if_not_ours(self) -> None:
        """NotReady for all but whoever restores it, Misconfigured for another version."""
        self._raise_if_not_ours(self.found())

    def _raise_if_not_ours(self, head: Head | None) -> None:
        if head is None:
            return
        if head.owner not in ("", self._owner):
            raise NotReady(_NOT_WHOLE)
        if head.schema != of_documents():
            raise Misconfigured(_OTHER_SCHEMA)

    def found(self, *, whole: bool = False, first: bool = False) -> Head | None:
        """The same, if it is there at all, whoever may look; `first` as in `Client.get`."""
        without = () if whole else ("changes",)
        found = self._client.get(self._index, _KEY, without, first=first)
        return _head(found) if found is not None else None

    def beat(self) -> None:
        """Show that its owner is still at it."""
        self._client.put(self._index, [(_BEAT, {"by": secrets.token_hex(4)})])

    def last_beat(self) -> Place | None:
        """Another one after each time."""
        found = self._client.get(self._index, _BEAT)
        return found.place if found is not None else None

    def forget_beats(self) -> None:
        self._delete([_BEAT])

    def replace(self, old: Head, new: Head) -> Head | None:
        """Put another in its place; None if somebody did so before.

        Busy leaves open whether it was done.
        """
        place = self._client.replace(self._index, _KEY, _body(new), old.place)
        return replace(new, place=place) if place is not None else None

    def commit(self, old: Head, new: Head) -> Head | None:
        """The same, and it is found out whether it was done; Busy where nobody can tell."""
        began = time.monotonic()
        new = self.put_in_pieces(new)
        if time.monotonic() - began > _SECONDS_OF_PIECES / 4:
            raise Busy("The cluster takes too long: try again later")
        try:
            done = self.replace(old, new)
        except Busy as exc:
            _LOG.warning("Change %d is looked for: %s", new.number, exc.detail)
            return self._settle(old, new)
        if done is None and self._may_be_made(new):
            return self._settle(old, new)
        if done is None:
            self._forget_pieces(new)
        return done

    def _may_be_made(self, refused: Head) -> bool:
        """It may have been sent twice on its way, and be what stands there now."""
        try:
            found = self.found(first=True)
        except Busy as exc:
            _LOG.warning("Change %d is looked for: %s", refused.number, exc.detail)
            return True
        return found is None or found.was_made_by(refused) is not False

    def changes(self, head: Head) -> str:
        """What the last change changes, wherever it stands."""
        keys = [(self._index, key) for key in _keys_of_pieces(head)]
        found = self._client.get_many(keys, ["text"]) if keys else []
        if len(found) < len(keys):
            raise Busy("Pieces of the last change are not there: try again")
        return head.changes + "".join(each["_source"]["text"] for each in found)

    def finish(self, held: Head) -> Head | None:
        """Tell that the last change is applied; None if somebody else has held it since."""
        done = self.replace(held, held.applied())
        if done is not None:
            self._forget_pieces(held)
        return done

    def _settle(self, old: Head, new: Head) -> Head | None:
        """Whether it was done, told by a register that all copies have."""
        end = time.monotonic() + _SECONDS_IN_DOUBT
        while time.monotonic() < end:
            try:
                found = self.read(whole=True)
                if found.place == old.place:
                    done = self.replace(old, new)
                else:
                    # One copy alone may have it, and be lost: then this fails.
                    done = self.replace(found, found)
            except CuttingsError as exc:
                _LOG.info("Change %d is still looked for: %s", new.number, exc.detail)
                done = None
            if done is not None:
                if (mine := done.was_made_by(new)) is None:
                    break
                return done if mine else None
            time.sleep(_PAUSE)
        raise Busy(NOT_KNOWN)

    def put_in_pieces(self, head: Head) -> Head:
        """A head that says only in how many pieces its change stands, if that is large."""
        text = head.changes
        if len(text) <= _MOST_CHARACTERS:
            return head
        self.tidy()
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        told = replace(head, changes="", pieces=len(pieces))
        now = int(time.time())
        for key, piece in zip(_keys_of_pieces(told), pieces, strict=True):
            self._client.put(self._index, [(key, {"text": piece, "made_at": now})])
        return told

    def tidy(self) -> None:
        """Forget pieces of changes that were never made."""
        self._client.refresh(self._index)
        before = int(time.time()) - _SECONDS_OF_PIECES
        old = {"size": _PIECES_AT_ONCE, "query": {"range": {"made_at": {"lt": before}}}}
        found = self._client.search(self._index, {**old, "_source": False})["hits"]["hits"]
        needed = {*_keys_of_pieces(self.read())} if found else set()
        self._delete(each["_id"] for each in found if each["_id"] not in needed)

    def holds_pieces(self) -> bool:
        """Whether texts of a change stand here, of one that was never made perhaps."""
        self._client.refresh(self._index)
        return self._client.count(self._index, {"exists": {"field": "made_at"}}) > 0

    def _forget_pieces(self, head: Head) -> None:
        self._delete(_keys_of_pieces(head))

    def _delete(self, keys: Iterable[str]) -> None:
        lines = [json.dumps({"delete": {"_index": self._index, "_id": key}}) for key in keys]
        if lines:
            self._client.apply("\n".join((*lines, "")), visible=True)


def _keys_of_pieces(head: Head) -> list[str]:
    return [f"{head.makers[0]}/{number}" for number in range(head.pieces)]


def _body(head: Head) -> dict[str, Any]:
    return {
        "number": head.number,
        "makers": [*head.makers],
        "applied": head.is_applied,
        "documents": head.documents,
        "pieces": head.pieces,
        "changes": head.changes,
        "changed": dict(head.changed),
        "layout": layouts.written(head.layout),
        "coming": layouts.written(head.coming) if head.coming else None,
        "retired_at": head.retired_at,
        "claim": head.claim,
        "owner": head.owner,
        "schema": head.schema,
    }


def _head(found: Found) -> Head:
    body = found.body
    return Head(
        body["number"],
        tuple(body["makers"]),
        body["applied"],
        body["documents"],
        body["pieces"],
        body.get("changes", ""),
        body["changed"],
        layouts.read(body["layout"]),
        layouts.read(body["coming"]) if body["coming"] else None,
        body["retired_at"],
        body["claim"],
        body["owner"],
        body["schema"],
        found.place,
    )
