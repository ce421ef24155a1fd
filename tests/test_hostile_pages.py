"""Whatever an article says or a name is: on every page it is text, never markup, never script."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from browsed_archive import edit_key
from browsing import PHONE, Watched, log_in, served, watched
from conftest import Archive, open_archive
from hostile import STRINGS
from playwright.sync_api import Browser

from service.article import Article, Subheading
from service.dates import parse_moment
from service.entity import ENTITY_TYPES, EntityName, EntityType, Mention
from service.findings import Findings, Quote
from service.near_copies import signature
from service.stores.articles import put
from service.stores.edits import Author, EditStore

pytest_plugins = ["browser_fixtures"]

# Half of a surrogate pair comes in by JSON alone: no other way could carry it.
TEXTS = tuple(text.encode("utf-8", "replace").decode() for text in STRINGS)
PAPER = "The Daily <b>Bold</b>"

# Elements that no template of ours writes, or not so.
_THEIRS = """() => {
    const foreign = "img, iframe, object, embed, base, style, plaintext, template, math, noscript, "
        + "animate, foreignObject, marquee, [style], [srcdoc], [http-equiv], [autofocus]:not(#key)";
    const isHere = (address) => new URL(address, location).origin === location.origin;
    const isForeign = (e) => {
        if (e.matches(foreign) || e.getAttributeNames().some((name) => name.startsWith("on")))
            return true;
        if (e.localName === "script")
            return e.src ? !isHere(e.src) : e.type !== "application/ld+json";
        if (e.localName === "link") return !isHere(e.href);
        if (e.localName === "form") return !isHere(e.getAttribute("action") ?? "");
        const to = e.localName === "a" ? (e.href.baseVal ?? e.href) : "";
        return to !== "" && !["http:", "https:"].includes(new URL(to, location).protocol);
    };
    return [...document.querySelectorAll("*")].filter(isForeign)
        .map((e) => e.outerHTML.slice(0, 200));
}"""
_DATA = """[...document.querySelectorAll('script[type="application/ld+json"]')]
    .map((each) => JSON.parse(each.textContent).headline)"""


def _said(text: str) -> str:
    """As a page shows it: white space is a space, and what no page may hold is left out."""
    return "".join(text.replace("\x00", "").replace("\ufffd", "").split())


def _turned(number: int) -> Iterator[str]:
    """All texts in turn, from another one for each article."""
    while True:
        yield TEXTS[number % len(TEXTS)]
        number += 1


def _article(number: int) -> tuple[Article, Findings]:
    turn = _turned(number)
    title, name, said = next(turn), next(turn), next(turn)
    body = f"{name} was seen.\n\n{title}\n\n“{said}” was said of it, and no more than that."
    kind: EntityType = ENTITY_TYPES[number % 3]
    entity = EntityName(f"{kind}-{number}", name[:2_000], kind)
    start = body.index("\n\n“") + 3
    mentions = (
        Mention("body", 0, len(name), name, name, kind, entity, "model", 0.9),
        Mention("title", 0, len(title), title, title, kind, entity, "model", 0.9),
    )
    spoken = Quote("body", start, start + len(said), said, 0, name, "said")
    heading = body.index(title, len(name)) if title in body[len(name) :] else 0
    article = Article(
        key=f"key-{number}",
        title=title,
        body=body,
        standfirst=next(turn),
        subheadings=(Subheading(heading, heading + len(title), title),) if heading else (),
        captions=(next(turn), next(turn)),
        credits=(next(turn),),
        related=(next(turn), f"https://a.example/{next(turn)}"),
        authors=(next(turn)[:2_000],),
        dateline=next(turn)[:200],
        source=next(turn)[:2_000] if number % 4 else PAPER,
        url=next(turn)[:2_000],
        uri=f"{number} {next(turn)[:2_000]}",
        origin=next(turn)[:2_000],
        language="en",
        topics=(next(turn)[:500],),
        rights=next(turn)[:2_000],
        published=parse_moment(f"2018-{number % 12 + 1:02}-03"),
        status="corrected",
        correction=next(turn),
    )
    return article, Findings(mentions, (spoken,))


def _fill(archive: Archive) -> Archive:
    for number in range(len(TEXTS)):
        article, findings = _article(number)
        before = Article(key=article.key, title="Before", body=f"Nothing yet. {TEXTS[number]}")
        for version, found in ((before, Findings()), (article, findings)):
            made = signature(version.title, version.body)
            with archive.database.write() as conn:
                put(conn, version, found, "test", signature=made)
    edits, author = EditStore(archive.database), Author(TEXTS[0], TEXTS[1])
    for number, text in enumerate(TEXTS[:20]):
        edits.annotate(f"{ENTITY_TYPES[number % 3]}-{number}", text[:5_000], author)
    return archive


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return _fill(open_archive(tmp_path_factory.mktemp("hostile")))


def _look(watch: Watched, path: str) -> list[str]:
    """What of somebody else's is on a page."""
    page = watch.go(path)
    theirs: list[str] = page.evaluate(_THEIRS)
    theirs += page.evaluate("window.refused")
    return [f"{path[:80]}: {each}" for each in theirs]


def _segment(text: str) -> str:
    return quote(text, safe="")


def test_articles(browser: Browser, hostile: Archive) -> None:
    theirs = []
    with served(hostile.settings) as address, watched(browser, address) as watch:
        for number, text in enumerate(TEXTS):
            article, path = _article(number)[0], f"/articles/key-{number}"
            theirs += _look(watch, f"{path}?{urlencode({'q': text[:120]})}")
            main = watch.page.get_by_role("article").inner_text()
            told = (article.title, article.body, article.standfirst or "", *article.captions)
            missing = [part[:80] for part in told if _said(part) not in _said(main)]
            assert missing == [], path
            assert [_said(each)[:100] for each in watch.page.evaluate(_DATA)] == [_said(text)[:100]]
            if number % 5 == 0:
                theirs += _look(watch, f"{path}/versions")
                theirs += _look(watch, f"{path}/versions/1")
                theirs += _look(watch, f"{path}/versions/2/diff")
            watch.assert_sound()
    assert theirs == []


def test_names(browser: Browser, hostile: Archive) -> None:
    theirs = []
    with served(hostile.settings) as address, watched(browser, address) as watch:
        for number in range(len(TEXTS)):
            theirs += _look(watch, f"/entities/{ENTITY_TYPES[number % 3]}-{number}")
            named = watch.page.get_by_role("heading", level=1).inner_text()
            assert _said(named) in {_said(m.text) for m in _article(number)[1].mentions}
        for path in ("/entities", "/entities?type=person&sort=recent", "/archive"):
            theirs += _look(watch, path)
        watch.assert_sound()
    assert theirs == []


def test_searches(browser: Browser, hostile: Archive) -> None:
    theirs = []
    keys = [f"key-{number}" for number in range(len(TEXTS))]
    with served(hostile.settings) as address, watched(browser, address) as watch:
        for page in (1, 2, 3):
            theirs += _look(watch, f"/?page={page}")
        for text in TEXTS:
            asked = {"q": text[:120], "person": text[:200], "source": PAPER, "match": "any"}
            theirs += _look(watch, f"/?{urlencode(asked)}")
        for one, other in zip(keys[::4], keys[2::4], strict=False):
            theirs += _look(watch, f"/compare?{urlencode({'a': one, 'b': other})}")
        for text in TEXTS[::6]:
            theirs += _look(watch, f"/entities?{urlencode({'name': text[:500]})}")
            theirs += _look(watch, f"/compare?{urlencode({'q': text[:500], 'a': keys[0]})}")
        watch.assert_sound()
    assert theirs == []


def test_long_words_fit_a_phone(browser: Browser, hostile: Archive) -> None:
    last = len(TEXTS) - 1
    articles = [f"/articles/key-{number}" for number in (last, last - 1, 3)]
    entities = [f"/entities/{ENTITY_TYPES[n % 3]}-{n}" for n in range(last - 3, last)]
    pair = f"/compare?a=key-{last}&b=key-{last - 1}"
    nothing = f"/articles/{'long' * 100}"
    with (
        served(hostile.settings) as address,
        watched(browser, address, size=PHONE, may_fail=(404,)) as watch,
    ):
        for path in (*articles, *entities, pair, nothing, "/", "/?page=3", "/entities"):
            watch.go(path)
            watch.assert_fits()
        watch.assert_sound()


def test_suggestions(browser: Browser, hostile: Archive) -> None:
    """What is offered as one types is put into the page by a script."""
    with served(hostile.settings) as address, watched(browser, address) as watch:
        page = watch.go("/")
        box = page.get_by_label("Search the archive")
        for begun in ("script", "img", "javascript", "svg"):
            box.fill("")
            box.press_sequentially(begun)
            page.get_by_role("option").first.wait_for()
            assert page.evaluate(_THEIRS) == []
            box.press("Escape")
        watch.assert_nothing_refused()
        watch.assert_sound()


def test_the_desk(browser: Browser, hostile: Archive) -> None:
    theirs = []
    key = edit_key(hostile, TEXTS[2])
    with served(hostile.settings) as address, watched(browser, address) as watch:
        log_in(watch, key, "/desk")
        desks = [f"/desk/entities/{ENTITY_TYPES[n % 3]}-{n}" for n in range(0, len(TEXTS), 6)]
        for path in ("/desk", "/desk/history", "/login", "/archive", *desks):
            theirs += _look(watch, path)
        watch.assert_sound()
    assert theirs == []


def test_addresses_and_mistakes(browser: Browser, hostile: Archive) -> None:
    theirs = []
    may_fail = (400, 401, 403, 404, 414, 422)
    with (
        served(hostile.settings) as address,
        watched(browser, address, may_fail=may_fail) as watch,
    ):
        for text in TEXTS[:45:3]:
            for path in ("/articles", "/entities"):
                theirs += _look(watch, f"{path}/{_segment('no ' + text[:200])}")
            theirs += _look(watch, f"/login?{urlencode({'next': text[:500]})}")
            theirs += _look(watch, f"/compare?{urlencode({'a': text[:500], 'b': text[:500]})}")
        watch.assert_sound()
    assert theirs == []


def test_what_comes_as_json(browser: Browser, archive: Archive, tmp_path: Path) -> None:
    """Read as any dump is, halves of surrogate pairs and all."""
    path = tmp_path / "stories.ndjson"
    told = ({"title": text, "body": f"It is about {text}, at some length." * 2} for text in STRINGS)
    lines = (
        json.dumps(
            {"key": f"story-{number}", "source": text, "url": text, "tags": [text], **record}
        )
        for number, (text, record) in enumerate(zip(STRINGS, told, strict=True))
    )
    path.write_text("\n".join(lines), "utf-8")
    report = archive.ingest(path, tagger="gazetteer")
    assert report.added > len(STRINGS) // 2
    theirs = []
    with served(archive.settings) as address, watched(browser, address) as watch:
        for page in (1, 2):
            theirs += _look(watch, f"/?page={page}")
        for (key,) in archive.rows("SELECT key FROM articles ORDER BY id"):
            theirs += _look(watch, f"/articles/{key}")
        watch.assert_sound()
    assert theirs == []
