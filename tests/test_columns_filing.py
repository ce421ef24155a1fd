"""Segments in the file: what of an article is left in them when it changes, moves or has to go."""

import pytest
from conftest import Archive

from service.article import Article
from service.engines.sqlite import engine as engine_module
from service.engines.sqlite.columns import merging
from service.engines.sqlite.columns.filing import file_articles, unfiled
from service.engines.tokens import Tokens
from service.findings import Findings
from service.query import Search, Word
from service.stores.articles import put

TOKENS = Tokens()
IN_SEGMENTS = "SELECT data FROM segment_columns UNION ALL SELECT CAST(term AS BLOB) FROM postings"


def file_all(archive: Archive) -> None:
    with archive.database.write() as conn:
        file_articles(conn, TOKENS, unfiled(conn))


def said(archive: Archive) -> str:
    blobs = [data for (data,) in archive.rows(IN_SEGMENTS)]
    return b"\n".join(blobs).decode("latin-1").lower()


def test_a_merge_leaves_behind_what_only_the_dead_had(archive: Archive) -> None:
    archive.add(Article(key="a", body="one", authors=("Zanzibarov",)))
    archive.add(Article(key="b", body="two"))
    file_all(archive)
    archive.tamper("UPDATE article_authors SET author = 'Roe'")
    file_all(archive)
    assert "zanzibarov" in said(archive)
    while merging.merge_segments(archive.database, most_dead=0):
        pass
    assert "zanzibarov" not in said(archive)
    assert archive.engine.faults() == []


def test_what_has_to_go_goes_from_older_texts_too(archive: Archive) -> None:
    archive.add(Article(key="a", body="the zanzibarian text", authors=("Zanzibarov",)))
    file_all(archive)
    archive.tamper("UPDATE articles SET body = 'another'")
    file_all(archive)
    with archive.database.write() as conn:
        archive.killing.take_out(conn, "a")
    assert "zanzibar" not in said(archive)


@pytest.mark.parametrize("is_filed", [True, False])
def test_an_article_that_is_killed_leaves_its_segment_at_once(
    archive: Archive, *, is_filed: bool
) -> None:
    for key in "ab":
        text = "zanzibarian" if key == "a" else "plain"
        archive.add(Article(key=key, body=f"the {text} text", authors=(f"{text} roe",)))
        if is_filed:
            file_all(archive)
    archive.killing.kill("a")
    assert "zanzibarian" not in said(archive)
    assert [hit.key for hit in archive.engine.search(Search(tree=Word("text"))).hits] == ["b"]
    assert archive.killing.sweep()
    assert archive.engine.faults() == []


def test_a_sweep_that_is_outrun_is_tried_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(Article(key="a", body="one"))
    archive.killing.kill("a")
    monkeypatch.setattr(engine_module, "merge_segments", lambda *_args, **_options: False)
    assert not archive.killing.sweep()
    monkeypatch.undo()
    assert archive.killing.sweep()
    assert archive.rows("SELECT * FROM erasures") == []


@pytest.mark.parametrize("batch", [200, 300, 1_024, 1_500])
def test_a_million_articles_are_few_segments_whatever_the_batches(batch: int) -> None:
    """As many as are merged into one, of each size."""
    sizes: dict[int, int] = {}
    for number in range(1_000_000 // batch):
        sizes[number] = batch
        while True:
            rows = [{"id": id_, "articles": size, "dead": 0} for id_, size in sizes.items()]
            some = next(merging._mergeable(rows, 0.5), None)  # type: ignore[arg-type]
            if some is None:
                break
            sizes[min(some)] = sum(sizes.pop(id_) for id_ in some)
    assert max(sizes.values()) <= 65_536
    assert len(sizes) <= 45


def test_a_date_that_only_sqlite_takes_for_one_stops_nothing(archive: Archive) -> None:
    archive.add(Article(key="a", body="text"))
    archive.tamper("UPDATE articles SET published_at = '0000-02-29', published_precision = 'day'")
    assert archive.engine.index()
    assert archive.engine.search(Search(tree=Word("text"), facets=("published",))).total == 1


def test_nobody_sees_a_batch_before_it_is_filed(archive: Archive) -> None:
    with archive.database.write() as conn:
        for number in range(3):
            put(conn, Article(key=str(number), body="a text"), Findings(), "off")
        archive.engine.index_in(conn, least=4)
        assert len(unfiled(conn)) == 3  # not worth it
        archive.engine.index_in(conn, least=3)
        assert unfiled(conn) == []
    assert archive.engine.search(Search(tree=Word("text"))).total == 3


def test_what_cannot_be_filed_is_written_and_found(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("an odd row")

    monkeypatch.setattr(engine_module, "file_articles", fail)
    with archive.database.write() as conn:
        put(conn, Article(key="a", body="a text"), Findings(), "off")
        archive.engine.index_in(conn)
    assert "the index lags behind" in caplog.text
    monkeypatch.undo()
    assert archive.engine.search(Search(tree=Word("text"))).total == 1
    assert archive.engine.index()
    assert archive.engine.faults() == []
