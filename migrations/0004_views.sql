-- The contract for everyone who reads the file with SQL: docs/sql.md describes each of these.

CREATE VIEW articles_in_full AS
SELECT a.key, a.title, a.title_derived, a.standfirst, a.body, a.captions, a.credits, a.related,
  s.name AS source, a.source_derived,
  (SELECT group_concat(author, '; ')
   FROM (SELECT author FROM article_authors WHERE article_id = a.id ORDER BY position)) AS authors,
  (SELECT group_concat(topic, '; ')
   FROM (SELECT topic FROM article_topics WHERE article_id = a.id ORDER BY position)) AS topics,
  a.dateline, a.published_at, a.published_precision, a.updated_at, a.ingested_at, a.url, a.uri,
  a.language, a.language_detected, a.rights, a.status, a.correction, a.version, a.origin, a.tagger,
  a.id AS article_id
FROM articles a LEFT JOIN sources s ON s.id = a.source_id;

CREATE VIEW people AS
SELECT key, name, articles, mentions, id AS entity_id FROM entities WHERE type = 'person';

CREATE VIEW organizations AS
SELECT key, name, articles, mentions, id AS entity_id FROM entities WHERE type = 'organization';

CREATE VIEW places AS
SELECT key, name, articles, mentions, id AS entity_id FROM entities WHERE type = 'place';

CREATE VIEW spellings AS
SELECT e.key, e.name, e.type, al.text AS spelling, al.mentions, al.added
FROM aliases al JOIN entities e ON e.id = al.entity_id;

CREATE VIEW names_in_articles AS
SELECT a.key AS article, a.title, s.name AS source, a.published_at,
  e.key AS entity, e.name, e.type, ae.mentions
FROM article_entities ae
JOIN articles a ON a.id = ae.article_id
JOIN entities e ON e.id = ae.entity_id
LEFT JOIN sources s ON s.id = a.source_id;

CREATE VIEW names_in_text AS
SELECT a.key AS article, m.position, m.field, m.start_offset, m.end_offset, m.text, m.type,
  e.key AS entity, e.name, m.method, m.confidence
FROM mentions m
JOIN articles a ON a.id = m.article_id
LEFT JOIN entities e ON e.id = m.entity_id
WHERE NOT m.dismissed;

-- Counted for one entity at a time, through json_each, which may look at the row before it: so a
-- condition on `entity` or `name` reaches the indexes (14 ms where one GROUP BY over all pairs took
-- 10 s over 100,000 articles), and a first page comes without counting every pair there is.
CREATE VIEW named_together AS
SELECT one.key AS entity, one.name, one.type,
  other.key AS with_entity, other.name AS with_name, other.type AS with_type,
  pair.value AS articles
FROM entities one
JOIN json_each((
  SELECT json_group_object(id, articles) FROM (
    SELECT b.entity_id AS id, count(*) AS articles
    FROM article_entities a JOIN article_entities b ON b.article_id = a.article_id
    WHERE a.entity_id = one.id AND b.entity_id <> one.id
    GROUP BY b.entity_id)
)) pair
JOIN entities other ON other.id = CAST(pair.key AS INTEGER);

-- Ids grow with the publication time, undated ones staying below 2^32: the first and the last date
-- of a source are looked up, not searched for.
CREATE VIEW articles_by_source AS
SELECT s.name AS source, s.articles,
  (SELECT published_at FROM articles
   WHERE source_id IS s.id AND id >= 4294967296 ORDER BY id LIMIT 1) AS first_published,
  (SELECT published_at FROM articles
   WHERE source_id IS s.id AND id >= 4294967296 ORDER BY id DESC LIMIT 1) AS last_published
FROM (
  SELECT id, name, articles FROM sources
  UNION ALL
  SELECT NULL, NULL, count(*) FROM articles WHERE source_id IS NULL
) s WHERE s.articles > 0;
