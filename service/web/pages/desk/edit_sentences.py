"""What an editor did, as a sentence whose names are links.

Names are as they were when it was done; what the log does not say is looked up as it is now.
"""

from collections.abc import Iterable, Mapping

from service.edits import Edit, type_of
from service.stores.entities import EntityDetail
from service.stores.redaction import ERASED
from service.web.pages.addresses import entity_page
from service.web.pages.kinds import A_KIND
from service.web.pages.pieces import Linked

_LONGEST_NOTE = 160


# A name is a link where it is still there.
Sentence = tuple[Linked, ...]
Details = Mapping[str, EntityDetail]


def plain_text(sentence: Sentence) -> str:
    """The sentence without its links."""
    return "".join(piece.text for piece in sentence)


def sentence(edits: Iterable[Edit], there: Details) -> Sentence:
    """An edit, or an undo with what it takes back, and what that took back, down to the first."""
    undos, edit = 0, None
    for edit in edits:
        undos += edit.action == "undo"
    if edit is None:
        return ()
    if edit.entity == ERASED:
        return (Linked("Something about a name of which nothing is left"),)
    told = _told(edit, there)
    if undos:
        return (Linked("Took back: " if undos % 2 else "Did again: "), *told)
    return told


def _told(edit: Edit, there: Details) -> Sentence:
    one = _name(edit.entity, there)
    match edit.action:
        case "merge":
            merged = _name(edit.entity, there, edit.text)
            return Linked("Merged "), merged, Linked(" into "), _into(edit, there)
        case "split":
            return Linked(f"Said that {_quoted(edit)} of "), one, Linked(" is "), _into(edit, there)
        case "rename":
            return _renamed(edit, there)
        case "retype":
            kind = Linked(f" {A_KIND[type_of(edit.into or '')]}")
            return Linked("Made "), _name(edit.into or "", there, edit.name), kind
        case "dismiss":
            return Linked("Said that "), one, Linked(" is no name")
        case "alias":
            return Linked(f"Added the spelling “{edit.text}” to "), one
        case "unalias":
            return Linked(f"Took the spelling “{edit.text}” from "), one
        case "note":
            return _noted(edit, one)
        case "distinct":
            return Linked("Kept "), one, Linked(" and "), _into(edit, there), Linked(" apart")
        case "undo":
            return (Linked("Took something back"),)


def _into(edit: Edit, there: Details) -> Linked:
    return _name(edit.into or "", there, edit.name)


def _name(key: str, there: Details, name: str | None = None) -> Linked:
    detail = there.get(key)
    if detail is None:
        return Linked(name or key)
    return Linked(name or detail.entity.name, entity_page(key))


def _quoted(edit: Edit) -> str:
    spellings = " and ".join(f"“{text}”" for text in edit.aliases)
    if not edit.articles:
        return spellings
    articles = "one article" if len(edit.articles) == 1 else f"{len(edit.articles)} articles"
    return f"{spellings} in {articles}"


def _renamed(edit: Edit, there: Details) -> Sentence:
    """Of the name before it the log knows nothing: what articles write most is told instead."""
    name = _name(edit.entity, there, edit.name)
    spellings = there[edit.entity].aliases if edit.entity in there else ()
    written = next((alias.text for alias in spellings if alias.count), edit.entity)
    if written == edit.name:
        return Linked("Named "), name
    return Linked(f"Named “{written}” "), name


def _noted(edit: Edit, one: Linked) -> Sentence:
    if not edit.text:
        return Linked("Took the note off "), one
    short = len(edit.text) <= _LONGEST_NOTE
    text = edit.text if short else f"{edit.text[:_LONGEST_NOTE].rstrip()} …"
    return Linked("Noted on "), one, Linked(f": “{text}”")
