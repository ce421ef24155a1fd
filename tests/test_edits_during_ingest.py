"""Edits while an ingest runs: none is lost, and the graph is what the whole log makes of it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conftest import Archive
from sound import faults
from test_edits import DESK

from service.entity import Span
from service.extract import Tagger, load_tagger
from service.stores.counts import recount
from service.stores.edits import EditStore

PROGRAM = str(Path(sys.executable).with_name("cuttings"))
STORIES = 100


def rows_of(archive: Archive) -> dict[str, Any]:
    """What is stored of entities, without numbers that only order of arrival gives."""
    return {
        "entities": archive.rows("SELECT key, name, articles, mentions FROM entities ORDER BY key"),
        "aliases": archive.rows(
            "SELECT e.key, al.text, al.whole, al.added, al.mentions"
            " FROM aliases al JOIN entities e ON e.id = al.entity_id ORDER BY 1, 2"
        ),
        "mentions": archive.rows(
            "SELECT a.key, m.position, e.key, m.edit_id, m.dismissed, m.type FROM mentions m"
            " JOIN articles a ON a.id = m.article_id LEFT JOIN entities e ON e.id = m.entity_id"
            " ORDER BY 1, 2"
        ),
    }


def assert_settled(archive: Archive) -> None:
    before = rows_of(archive)
    archive.change(recount)
    assert rows_of(archive) == before
    assert faults(archive) == []


class Meanwhile:
    """Reads as the gazetteer does, but somebody edits between reading and storing."""

    id = "meanwhile"

    def __init__(self, edits: EditStore) -> None:
        self._edits = edits
        self._gazetteer: Tagger = load_tagger("gazetteer")

    def tag(self, texts: Sequence[str], languages: Sequence[str | None], /) -> list[list[Span]]:
        found = self._gazetteer.tag(texts, languages)
        if self._edits.survivor("place-france") is None:
            self._edits.merge("place-france", "place-italy", DESK)
        return found


def test_a_merge_between_reading_and_storing(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_text("Talks between France and Italy went on.", "utf-8")
    (tmp_path / "second.txt").write_text("A minister of France flew to Italy again.", "utf-8")
    archive.ingest(tmp_path / "first.txt", tagger="gazetteer")
    edits = EditStore(archive.database)
    job = archive.job(lambda: Meanwhile(edits))
    assert job.run([str(tmp_path / "second.txt")]).added == 1
    placed = archive.rows("SELECT DISTINCT entity FROM names_in_text WHERE text = 'France'")
    assert placed == [("place-italy",)]
    assert archive.rows("SELECT key, articles, mentions FROM entities") == [("place-italy", 2, 4)]
    assert_settled(archive)


def test_edits_while_another_process_ingests(archive: Archive, tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    for number in range(STORIES):
        text = f"Story {number}: talks of France, Italy and Spain on matter {number} in Rome."
        (stories / f"{number}.txt").write_text(text, "utf-8")
    (tmp_path / "first.txt").write_text("France, Italy, Spain and Rome were named.", "utf-8")
    archive.ingest(tmp_path / "first.txt", tagger="gazetteer")
    edits = EditStore(archive.database)
    env = os.environ | archive.environment | {"CUTTINGS_TAGGER": "gazetteer"}
    made = 0
    with subprocess.Popen([PROGRAM, "ingest", stories], env=env, stdout=subprocess.PIPE) as ingest:
        while ingest.poll() is None or made < 6:
            merge = edits.merge("place-france", "place-italy", DESK)
            edits.add_alias("place-spain", f"Iberia {made}", DESK)
            edits.undo(merge.id, DESK)
            made += 3
    assert ingest.returncode == 0
    assert archive.rows("SELECT count(*) FROM articles") == [(STORIES + 1,)]
    assert edits.page(None, 1).total == made
    assert [row[0] for row in archive.rows("SELECT id FROM edits ORDER BY id")] == list(
        range(1, made + 1)
    )
    assert_settled(archive)
    counts = {key: articles for key, _, articles, _ in rows_of(archive)["entities"]}
    assert counts["place-france"] == counts["place-italy"] == STORIES + 1
