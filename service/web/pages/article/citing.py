"""How a text of the archive is cited: in words, for BibTeX and as CSL-JSON.

A citation names the version and its content hash, since an article may say something else tomorrow.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from service.article import Article
from service.dates import Moment
from service.web.pages.article_lines import headline, isolated
from service.web.pages.moments import day
from service.web.pages.rendering import enumerated

# Of the SHA-256 in hex: enough to tell any two texts.
HASH_LENGTH = 12
_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "{}#$%&_"},
    }
)
_NOT_IN_A_KEY = re.compile(r"[^A-Za-z0-9.:-]+")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


@dataclass(frozen=True, slots=True)
class Citation:
    """One text, cited: `link` is where this very version is read."""

    link: str
    plain: str
    bibtex: str
    csl: str


def citation(article: Article, key: str, version: int, content_hash: str, link: str) -> Citation:
    """The citation of a version; `link` is its whole address."""
    note = f"version {version}, SHA-256 {content_hash[:HASH_LENGTH]}"
    return Citation(
        link=link,
        plain=_plain(article, note, link),
        bibtex=_bibtex(article, key, version, note, link),
        csl=json.dumps(_csl(article, key, version, note, link), ensure_ascii=False, indent=2),
    )


def _plain(article: Article, note: str, link: str) -> str:
    date = day(article.published) if article.published else "undated"
    authors = enumerated([*map(isolated, article.authors)])
    told = (authors, f"“{isolated(headline(article))}”", isolated(article.source or ""), date)
    said = ", ".join(part for part in told if part)
    return f"{said}. Archived in Cuttings ({note}), {link}"


def _bibtex(article: Article, key: str, version: int, note: str, link: str) -> str:
    fields = "".join(
        f",\n  {name} = {value}" for name, value in _bibtex_fields(article, note, link) if value
    )
    return f"@article{{{_NOT_IN_A_KEY.sub('_', key)}:{version}{fields}\n}}"


def _bibtex_fields(article: Article, note: str, link: str) -> Iterator[tuple[str, str]]:
    # In braces of their own names stay whole: an agency is no first and last name.
    yield "author", _braced(" and ".join(f"{{{_escaped(name)}}}" for name in article.authors))
    yield "title", _braced(f"{{{_escaped(headline(article))}}}")
    yield "journal", _braced(_escaped(article.source or ""))
    if article.published:
        year, month, date = article.published.iso[:10].split("-")
        yield "year", year
        yield "month", _MONTHS[int(month) - 1]
        yield "day", str(int(date))
    yield "url", _braced(link.replace("{", "%7B").replace("}", "%7D"))
    yield "note", _braced(f"Archived in Cuttings, {note}")


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _escaped(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL)


def _csl(article: Article, key: str, version: int, note: str, link: str) -> dict[str, Any]:
    """https://docs.citationstyles.org: dates are lists of numbers, as precise as known."""
    said = {
        "id": f"{key}:{version}",
        "type": "article-newspaper",
        "title": headline(article),
        "author": [{"literal": name} for name in article.authors],
        "container-title": article.source,
        "issued": _csl_date(article.published),
        "archive": "Cuttings",
        "version": str(version),
        "note": note,
        "language": article.language,
        "URL": link,
    }
    return {name: value for name, value in said.items() if value}


def _csl_date(moment: Moment | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(n) for n in moment.iso[:10].split("-")]]} if moment else None
