"""What a piece of work looks at, told before it begins.

It has to be all that a decision asks for. What follows from the decisions (counts of entities,
neighbours among copies, mentions that an edit moves) is found out by `consequences`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from service.article import Article
from service.edits import is_open, reading_of
from service.entity import Mention
from service.names import name_key
from service.stores.kills import known_by
from service.stores.recognition import made_key
from service.working.documents import Place
from service.working.owners import Name

Field = tuple[str, str]
"""A table and a column of it."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Documents by name, all that have a value in a field, and all near a place among copies.

    `near` tells how many neighbours on either side.
    """

    names: frozenset[Name] = frozenset()
    fields: frozenset[tuple[Field, str]] = frozenset()
    near: frozenset[tuple[Place, int]] = frozenset()

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(self.names | other.names, self.fields | other.fields, self.near | other.near)

    def __sub__(self, other: "Needs") -> "Needs":
        return Needs(self.names - other.names, self.fields - other.fields, self.near - other.near)

    def __bool__(self) -> bool:
        return bool(self.names or self.fields or self.near)


FORMER = ("former_keys", "former")
URI = ("articles", "uri")
ORIGIN = ("origins", "origin")
TEXT = ("articles", "content_hash")
KILLED = ("killed_identities", "digest")
READING = ("mentions", "reading_id")
LATER = ("tombstones", "later_key")
GROUP = ("copies", "group_id")
SPELLING = ("aliases", "folded")


def of_input(
    article: Article,
    content_hash: str,
    mentions: Iterable[Mention] = (),
    was_key: str | None = None,
) -> Needs:
    """To decide what an input is to the archive, and to store it."""
    keys = {article.key or made_key(content_hash), was_key} - {None}
    needs = of_keys([key for key in keys if key is not None])
    fields = {(TEXT, content_hash)}
    fields |= {(KILLED, digest) for digest in known_by(article, content_hash)}
    if article.uri is not None:
        fields.add((URI, article.uri))
    if article.origin is not None:
        fields.add((ORIGIN, article.origin))
    source: set[Name] = set() if article.source is None else {("source", article.source)}
    return needs | of_mentions(mentions) | Needs(frozenset(source), frozenset(fields))


def of_mentions(mentions: Iterable[Mention]) -> Needs:
    """Whom a text names, as far as editors have not decided otherwise."""
    read = {reading_of(mention) for mention in mentions}
    return Needs(frozenset(("entity", reading) for reading in read if not is_open(reading)))


def of_keys(keys: Iterable[str]) -> Needs:
    """The articles that have these keys, or had them."""
    keys = frozenset(keys)
    return Needs(
        frozenset(("article", key) for key in keys), frozenset((FORMER, key) for key in keys)
    )


def of_notice(key: str | None, uri: str | None, source: str | None) -> Needs:
    """To withdraw what a source names."""
    unseen = Article(body="", key=key, uri=uri, source=source)
    fields = {(KILLED, digest) for digest in known_by(unseen, "")}
    if uri is not None:
        fields.add((URI, uri))
    return of_keys([key] if key else []) | Needs(fields=frozenset(fields))


def of_tombstone(key: str) -> Needs:
    """To let a killed article in again, by any key that it had."""
    return of_keys([key]) | Needs(fields=frozenset({(LATER, key)}))


def of_edit(entities: Iterable[str], articles: Iterable[str] = ()) -> Needs:
    """To edit entities, or those that they were merged into, perhaps only in some articles."""
    return Needs(frozenset(("entity", key) for key in entities)) | of_keys(articles)


def of_spelling(text: str) -> Needs:
    """Who is called so."""
    return Needs(fields=frozenset({(SPELLING, name_key(text))}))
