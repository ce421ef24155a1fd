"""Whom and what articles name most, many articles at once."""

from conftest import Archive

from service.article import Article
from service.entity import EntityName, EntityType, Mention, entity_key
from service.stores.mentioned import Mentioned, most_mentioned, names_of


def mention(name: str, kind: EntityType = "person") -> Mention:
    entity = EntityName(entity_key(kind, name) or "", name, kind)
    return Mention("body", 0, 1, "x", name, kind, entity, "model", 0.8)


def test_the_most_mentioned_come_first(archive: Archive) -> None:
    ann, bob, rome = mention("Ann Lee"), mention("Bob Ray"), mention("Rome", "place")
    archive.add(Article(key="a1", body="Bob."), [ann, bob, bob, rome, rome, rome])
    archive.add(Article(key="a2", body="Ann."), [ann])
    archive.add(Article(key="a3", body="Nobody."))
    with archive.database.read() as conn:
        found = most_mentioned(conn, ["a1", "a2", "a3", "a4"], 2)
        assert found == {
            "a1": (
                Mentioned("place-rome", "Rome", "place"),
                Mentioned("person-bobray", "Bob Ray", "person"),
            ),
            "a2": (Mentioned("person-annlee", "Ann Lee", "person"),),
        }
        assert most_mentioned(conn, [], 2) == {}


def test_what_keys_stand_for(archive: Archive) -> None:
    archive.add(Article(key="a1", body="Ann."), [mention("Ann Lee")])
    with archive.database.read() as conn:
        assert names_of(conn, ["person-annlee", "person-nobody"]) == {"person-annlee": "Ann Lee"}
        assert names_of(conn, []) == {}
