"""Ids grow with the publication time, whatever order articles arrive in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from conftest import LONG, Archive, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.dates import Moment, parse_moment
from service.stores.slots import UNDATED_ROOM, natural_slot

NOON = datetime(2018, 12, 16, 12, tzinfo=UTC)


def dated(text: str | None, body: str) -> Article:
    return Article(body=body, title=body, published=parse_moment(text) if text else None)


def bodies(archive: Archive) -> list[str]:
    return [row[0] for row in archive.rows("SELECT body FROM articles ORDER BY id")]


# Close together on purpose: seconds of two minutes, so that slots are taken and neighbours move.
moments = st.one_of(
    st.none(),
    st.integers(0, 120).map(lambda s: (NOON + timedelta(seconds=s)).isoformat()),
    st.sampled_from(["2018-12-16", "2018-12-17", "0001-01-01", "9999-12-31"]),
)


@settings(max_examples=150 if LONG else 40)  # each makes an archive
@given(st.lists(moments, min_size=1, max_size=25), st.integers(0, 24))
def test_ids_follow_dates(dates: list[str | None], corrected: int) -> None:
    with TemporaryDirectory() as folder:
        archive = open_archive(Path(folder))
        for number, date in enumerate(dates):
            archive.add(
                Article(body=f"{number}", key=f"k{number}", version=1, published=_moment(date))
            )
        key = f"k{corrected % len(dates)}"
        moved = Article(body="moved", key=key, published=_moment("2018-12-16T12:00:30Z"))
        archive.add(replace(moved, version=2))
        order = archive.rows("SELECT coalesce(published_at, '') FROM articles ORDER BY id")
        assert order == sorted(order)
        assert archive.engine.faults() == []
        assert archive.find("moved") == [""]


def _moment(text: str | None) -> Moment | None:
    return parse_moment(text) if text else None


def test_undated_articles_come_before_all_dates(archive: Archive) -> None:
    for date in ("0001-01-01", None, "2018-12-16", None):
        archive.add(dated(date, str(date) + str(len(bodies(archive)))))
    assert [body[:4] for body in bodies(archive)] == ["None", "None", "0001", "2018"]
    assert natural_slot(parse_moment("0001-01-01")) == UNDATED_ROOM


def test_a_full_minute_moves_its_neighbours_up(archive: Archive) -> None:
    archive.add(dated("2018-12-16T12:00:02Z", "later"))
    for number in range(5):
        archive.add(dated("2018-12-16T12:00:01Z", f"earlier {number}"))
    assert bodies(archive) == [f"earlier {n}" for n in range(5)] + ["later"]
    assert archive.find(sort="newest")[0] == "later"
