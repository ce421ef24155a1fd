"""What is made of mentions and of the editors' log, made anew: counts, places, spellings, names.

Mentions are moved first, since triggers keep an entity as long as one stands for it, however wrong
its count is.
"""

from service.database import Connection
from service.stores.mentions import ADD_ALIAS, alias_row, decisions, redress, replace_mentions

UNSPELLED = """
SELECT DISTINCT e.key, m.alias AS text FROM mentions m JOIN entities e ON e.id = m.entity_id
WHERE NOT EXISTS (SELECT 1 FROM aliases al WHERE al.entity_id = m.entity_id AND al.text = m.alias)
"""
SPELLED = """
SELECT e.key, al.text, al.folded, al.whole FROM aliases al JOIN entities e ON e.id = al.entity_id
"""
SPELL = """
UPDATE aliases SET folded = :folded, whole = :whole
WHERE text = :text AND entity_id = (SELECT id FROM entities WHERE key = :key)
"""
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
UPDATE quotes SET entity_id = (SELECT m.entity_id FROM mentions m
  WHERE m.article_id = quotes.article_id AND m.position = quotes.speaker);
DELETE FROM aliases WHERE mentions = 0 AND NOT added;
DELETE FROM entities WHERE mentions = 0;
UPDATE sources SET articles = (SELECT count(*) FROM articles WHERE source_id = sources.id);
UPDATE generation SET number = number + 1
"""


def recount(conn: Connection) -> None:
    """All that `cuttings check` compares with mentions and log, anew from these."""
    log = decisions(conn)
    readings = [row["key"] for row in conn.execute("SELECT key FROM readings")]
    replace_mentions(conn, readings, log)
    _spell(conn)
    for statement in RECOUNT.split(";"):
        conn.execute(statement)
    redress(conn, [row["key"] for row in conn.execute("SELECT key FROM entities")], log)


def _spell(conn: Connection) -> None:
    """Every spelling that a mention has, filed as its text says."""
    lacking = [alias_row(*row) for row in conn.execute(UNSPELLED)]
    conn.executemany(ADD_ALIAS, lacking)
    right = [(row, alias_row(row["key"], row["text"])) for row in conn.execute(SPELLED)]
    conn.executemany(SPELL, [made for row, made in right if dict(row) != made])
