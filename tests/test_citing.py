"""Citations of a version: in words, for BibTeX and as CSL-JSON."""

import json

import pytest

from service.article import Article
from service.dates import parse_moment
from service.web.pages.article.citing import citation
from service.web.pages.article_lines import headline

LINK = "http://archive/articles/envoy/versions/2"
ENVOY = Article(
    body="The envoy left.",
    title="Envoy & family leave {Rome}",
    authors=("Jane Doe", "Foreign and Commonwealth Office"),
    source="Gazette",
    language="en",
    published=parse_moment("2019-01-04T09:15Z"),
)


def test_in_words() -> None:
    cited = citation(ENVOY, "envoy", 2, "0123456789abcdef", LINK)
    assert cited.plain == (
        "Jane Doe and Foreign and Commonwealth Office, “Envoy & family leave {Rome}”, Gazette, "
        f"4 January 2019. Archived in Cuttings (version 2, SHA-256 0123456789ab), {LINK}"
    )
    bare = citation(
        Article(body="He left.", title="He left.", title_derived=True), "k", 1, "ab", LINK
    )
    assert (
        bare.plain == f"“He left.”, undated. Archived in Cuttings (version 1, SHA-256 ab), {LINK}"
    )


def test_for_bibtex() -> None:
    cited = citation(ENVOY, "en~voy", 2, "0123456789abcdef", LINK)
    assert (
        cited.bibtex
        == r"""@article{en_voy:2,
  author = {{Jane Doe} and {Foreign and Commonwealth Office}},
  title = {{Envoy \& family leave \{Rome\}}},
  journal = {Gazette},
  year = 2019,
  month = jan,
  day = 4,
  url = {http://archive/articles/envoy/versions/2},
  note = {Archived in Cuttings, version 2, SHA-256 0123456789ab}
}"""
    )


def test_as_csl_json() -> None:
    said = json.loads(citation(ENVOY, "envoy", 2, "0123456789abcdef", LINK).csl)
    assert said["author"] == [
        {"literal": "Jane Doe"},
        {"literal": "Foreign and Commonwealth Office"},
    ]
    assert said["issued"] == {"date-parts": [[2019, 1, 4]]}
    assert (said["type"], said["container-title"], said["URL"]) == (
        *("article-newspaper", "Gazette", LINK),
    )
    assert "issued" not in json.loads(citation(Article(body="x"), "k", 1, "ab", LINK).csl)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (Article(body="x", title="A\n long   headline"), "A long headline"),
        (Article(body="The text.\nMore."), "The text. More."),
        (
            Article(body="word " * 40, title="word " * 40, title_derived=True),
            "word " * 17 + "word …",
        ),
        (Article(body="x" * 500), "x" * 90 + " …"),
    ],
)
def test_a_headline_on_one_line(article: Article, expected: str) -> None:
    assert headline(article) == expected
