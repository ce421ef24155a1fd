"""What the fields of other people's records are called, and which of ours each of them is.

A name that is ours means ours; beside those, the names that news datasets, content APIs and CMS
exports use. They count for records only: in a sidecar, `text` or `id` may mean anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from service.errors import InvalidRequest
from service.formats.stated_fields import FIELDS, plain_name

# By our field, the best source of it first.
_NAMES = {
    "body": "article_body body_html content_html article_content news_content maintext main_text"
    " full_text fulltext content article_text body_text content_text plain_text text story article"
    " body_xhtml html lead_paragraph",
    "title": "headline heading article_title news_title web_title",
    "standfirst": "subtitle deck dek strapline subheadline trail_text lede excerpt summary abstract"
    " short_description description teaser",
    "authors": "author authors_list byline bylines by creator writer",
    "topics": "topic keywords keyword news_keywords tags tag subjects subject categories category"
    " section section_name article_section news_desk",
    "captions": "caption image_caption photo_caption",
    "credits": "credit photo_credit image_credit",
    "source": "publication outlet publisher newspaper source_name site_name news_source"
    " source_domain domain",
    "url": "link permalink canonical_url web_url article_url news_url article_link",
    "uri": "guid article_id articleid story_id news_id document_id doc_id docid uuid id _id",
    "language": "lang in_language language_code",
    "rights": "copyright license licence",
    "published_at": "published date_published publication_date published_date publish_date"
    " date_publish pub_date pubdate published_on publish_time published_time"
    " web_publication_date first_published date_gmt date datetime",
    "updated_at": "updated date_updated modified_gmt modified modified_at date_modified date_modify"
    " last_modified last_updated lastmod updated_on",
    "embargoed_until": "embargo embargoed embargo_until embargo_date",
}
_RANKS = {
    name: (field, rank)
    for field, names in _NAMES.items()
    for rank, name in enumerate((field, *names.split()))
} | {name: (name, 0) for name in FIELDS}
# Objects that stand between a record and its fields: Guardian, Elasticsearch, JSON:API.
_WRAPPERS = ("fields", "_source", "attributes", "article")


class Candidate(NamedTuple):
    """A field of the input that may be one of ours; `told` when somebody has said that it is."""

    name: str
    value: Any
    told: bool = False


class Named(NamedTuple):
    """By our field what may be its value, the likeliest first; and what has no place."""

    fields: dict[str, list[Candidate]]
    extra: dict[str, Any]


def check_mapping(pairs: Iterable[str]) -> Mapping[str, str]:
    """`["headline=title"]` as a mapping; InvalidRequest when a field is none of ours."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        name, equals, field = (part.strip() for part in pair.rpartition("="))
        if not equals or not name:
            raise InvalidRequest(f"“{pair}” is no mapping: write NAME=FIELD, as in headline=title")
        if field not in FIELDS:
            raise InvalidRequest(f"“{field}” is no field of an article: use {', '.join(FIELDS)}")
        if mapping.get(name, field) != field:
            raise InvalidRequest(f"“{name}” is mapped to both {mapping[name]} and {field}")
        mapping[name] = field
    return mapping


def field_of(name: str, mapping: Mapping[str, str]) -> str | None:
    """Our field that a name of the input means, if any."""
    if name in mapping:
        return mapping[name]
    return _RANKS.get(plain_name(name), (None, 0))[0]


def names_body(names: Iterable[str], mapping: Mapping[str, str]) -> bool:
    return any(field_of(name, mapping) == "body" for name in names)


def named(raw: Mapping[str, Any], mapping: Mapping[str, str], known: Iterable[str] = ()) -> Named:
    """Sorts the fields of a record by what they are called.

    What somebody has named is not guessed as well, if the record has that name, or its table (which
    has the names that are `known`).
    """
    found: dict[str, list[Candidate]] = {}
    record = flat(raw)
    told = {mapping[name] for name in known if name in mapping}
    for path, target in mapping.items():
        if path in record:
            told.add(target)
        value = _take(record, path)
        if value is not None:
            told.add(target)
            found.setdefault(target, []).append(Candidate(path, value, told=True))
    extra: dict[str, Any] = {}
    for name in sorted(record, key=_rank):
        field = field_of(name, {})
        if field is None or field in told:
            extra[name] = record[name]
        elif record[name] is not None:
            found.setdefault(field, []).append(Candidate(name, record[name]))
    return Named(found, extra)


def is_name_in(raw: Mapping[str, Any], path: str) -> bool:
    """Whether a record has a field of the name, or at the path, that somebody has told."""
    record = flat(raw)
    return path in record or _take(record, path) is not None


def _rank(name: str) -> int:
    return _RANKS.get(plain_name(name), ("", 0))[1]


def flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The record with the fields that lie in a wrapper beside its own."""
    record = dict(raw)
    for wrapper in _WRAPPERS:
        inner = record.get(wrapper)
        if isinstance(inner, dict) and not any(name in record for name in inner):
            del record[wrapper]
            record |= inner
    return record


def wrapped(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects of these names that a record has."""
    yield from (inner for name in _WRAPPERS if isinstance(inner := record.get(name), dict))


def _take(record: dict[str, Any], path: str) -> Any:
    """Takes out the value at `headline` or `fields.headline`; None if there is none."""
    if path in record:
        return record.pop(path)
    first, _, rest = path.partition(".")
    if not rest:
        return None
    inner = record.get(first)
    if first in _WRAPPERS and inner is None:
        return record.pop(rest, None)
    if not isinstance(inner, dict):
        return None
    record[first] = left = dict(inner)
    value = _take(left, rest)
    if not left:
        del record[first]
    return value
