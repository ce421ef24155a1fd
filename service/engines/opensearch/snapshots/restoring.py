"""A snapshot brought back under a name at which nothing stands, whole or not at all."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.making import AT_IT, Making
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.snapshots.bringing import Bringing
from service.engines.opensearch.snapshots.repository import Kept, Repository
from service.engines.opensearch.snapshots.sealed import Facts
from service.engines.snapshots import Tell
from service.errors import Busy, Conflict, Misconfigured

# No archive is changed so often: whoever has seen it before it was lost sees that it is another.
_FAR_AHEAD = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Restoring:
    """Into what is made for it."""

    client: Client
    repository: Repository
    making: Making

    @contextmanager
    def restored(self, kept: Kept, facts: Facts, target: str, tell: Tell) -> Iterator[str]:
        """All that is there again, for nobody but who has the token that is given; for everybody
        once the block ends. Where it fails nothing is left.
        """
        with self.making.made() as token:
            self._bring(kept, facts, target, token, tell)
            yield token

    def _bring(self, kept: Kept, facts: Facts, target: str, token: str, tell: Tell) -> None:
        bringing = Bringing(self.client, self.repository)
        names = bringing.indices(kept, facts.archive, target)
        bringing.wait(names, tell)
        named = ((_alias_in(indices, name), name) for indices in self.making.both for name in names)
        aliases = [(alias, name) for alias, name in named if alias]
        if len(aliases) < len(names):
            raise Misconfigured("The snapshot has indices that none of this version are called")
        self.client.point(aliases, ())
        self._compare(facts)
        for number, indices in enumerate(self.making.both):
            self._tell_last_change(indices, facts, number, names, token)

    def _compare(self, facts: Facts) -> None:
        """With what was counted when it was taken."""
        aliases = [alias for indices in self.making.both for alias in indices.of_documents]
        for alias, wanted in zip(aliases, facts.documents, strict=True):
            self.client.refresh(alias)
            found = self.client.count(alias, EVERYTHING)
            if found != wanted:
                raise Busy(f"{alias} has {found} documents, not {wanted}: nothing was restored")

    def _tell_last_change(
        self, indices: Indices, facts: Facts, number: int, names: Sequence[str], token: str
    ) -> None:
        """Of one part."""
        last = facts.numbers[number] + _FAR_AHEAD
        version, *parts = facts.layouts[number]
        spans = sorted(
            _span(name) for name in names if _alias_in(indices, name) == indices.articles
        )
        head = Head(
            number=last,
            makers=(secrets.token_hex(8),),
            changed=dict.fromkeys(indices.schema.kinds, last),
            layout=Layout(version, Parts(*parts), tuple(spans) or laid_out(Parts()).spans),
            owner=token,
        )
        register = Register(self.client, indices.head, token)
        if register.replace(register.read(whole=True), head) is None:
            raise Conflict(AT_IT)


def _alias_in(indices: Indices, name: str) -> str:
    alias, _ = indices.read(name) or ("", 0)
    return alias


def _span(name: str) -> str:
    """The years that an index of articles is of."""
    return name.partition(".")[2].partition("-")[0]
