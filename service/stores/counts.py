"""Every count that triggers keep, made anew, and every mention where the editors' log has it."""

from service.database import Connection
from service.names import name_key
from service.stores.mentions import decisions, redress, replace_mentions

SPELLED = "UPDATE aliases SET folded = :folded WHERE entity_id = :id AND text = :text"
RECOUNT = """
DELETE FROM article_entities;
INSERT INTO article_entities
SELECT article_id, entity_id, count(*) FROM mentions WHERE entity_id IS NOT NULL
GROUP BY article_id, entity_id;
UPDATE entities SET
  articles = (SELECT count(*) FROM article_entities WHERE entity_id = entities.id),
  mentions = (SELECT count(*) FROM mentions WHERE entity_id = entities.id);
UPDATE aliases SET mentions =
  (SELECT count(*) FROM mentions WHERE entity_id = aliases.entity_id AND alias = aliases.text);
DELETE FROM aliases WHERE mentions = 0 AND NOT added;
DELETE FROM entities WHERE mentions = 0;
UPDATE sources SET articles = (SELECT count(*) FROM articles WHERE source_id = sources.id);
UPDATE generation SET number = number + 1
"""


def recount(conn: Connection) -> None:
    """Every stored count, and every folded spelling, anew from what it is made of."""
    log = decisions(conn)
    readings = [row["key"] for row in conn.execute("SELECT key FROM readings")]
    keys = replace_mentions(conn, readings, log)
    for id_, text in conn.execute("SELECT entity_id, text FROM aliases").fetchall():
        conn.execute(SPELLED, {"id": id_, "text": text, "folded": name_key(text)})
    for statement in RECOUNT.split(";"):
        conn.execute(statement)
    redress(conn, keys, log)
