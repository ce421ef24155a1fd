-- Columns of the articles for searching many at once: numbers packed into blobs, by segments of
-- articles, and for each segment which of its articles have a word. All of it is made from the tables
-- above by the service (service/engines/sqlite/columns/); nothing reads it but the service.

CREATE TABLE segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  articles INTEGER NOT NULL,
  dead INTEGER NOT NULL DEFAULT 0              -- of these, how many are no more as it says
);
CREATE TABLE segment_columns (
  id INTEGER PRIMARY KEY,
  segment_id INTEGER NOT NULL REFERENCES segments(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (segment_id, name)
);
CREATE TABLE postings (
  segment_id INTEGER NOT NULL REFERENCES segments(id) ON DELETE CASCADE,
  term TEXT NOT NULL,                          -- a stem; or `=word`, a word as written
  articles INTEGER NOT NULL,
  data BLOB NOT NULL,                          -- their places in the segment, and frequencies
  PRIMARY KEY (segment_id, term)
) WITHOUT ROWID;

-- Raised when segments change: what they say together stays the same.
CREATE TABLE filing (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
);
INSERT INTO filing VALUES (1, 0);

-- Articles that are in no segment as they are now; also those that are there no more. A reader takes
-- them from the tables themselves, so that nothing is answered stale, whoever writes.
CREATE TABLE unfiled (
  article_id INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL                  -- the one that the change has made, at least
);
CREATE INDEX unfiled_by_generation ON unfiled(generation);
INSERT INTO unfiled SELECT id, (SELECT number FROM generation) FROM articles;

CREATE TRIGGER articles_inserted_unfiled AFTER INSERT ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER articles_deleted_unfiled AFTER DELETE ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER articles_changed_unfiled AFTER UPDATE OF id, published_at, published_precision, source_id,
  language, title, standfirst, body, captions, credits ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER articles_moved_unfiled AFTER UPDATE OF id ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 AND old.id <> new.id BEGIN
  INSERT INTO unfiled SELECT old.id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_authors_inserted_unfiled AFTER INSERT ON article_authors
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_authors_updated_unfiled AFTER UPDATE ON article_authors
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_authors_deleted_unfiled AFTER DELETE ON article_authors
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_topics_inserted_unfiled AFTER INSERT ON article_topics
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_topics_updated_unfiled AFTER UPDATE ON article_topics
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_topics_deleted_unfiled AFTER DELETE ON article_topics
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_entities_inserted_unfiled AFTER INSERT ON article_entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_entities_updated_unfiled AFTER UPDATE OF article_id, entity_id ON article_entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER article_entities_deleted_unfiled AFTER DELETE ON article_entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER mentioned_dates_inserted_unfiled AFTER INSERT ON mentioned_dates
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER mentioned_dates_updated_unfiled AFTER UPDATE ON mentioned_dates
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER mentioned_dates_deleted_unfiled AFTER DELETE ON mentioned_dates
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER copies_inserted_unfiled AFTER INSERT ON copies
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER copies_updated_unfiled AFTER UPDATE ON copies
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT new.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER copies_deleted_unfiled AFTER DELETE ON copies
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT old.article_id, number + 1 FROM generation WHERE true
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
-- With REPLACE, and without foreign keys, a source or an entity is another one under articles' feet.
CREATE TRIGGER sources_changed_unfiled AFTER UPDATE OF id, name ON sources BEGIN
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE source_id IN (old.id, new.id) ON CONFLICT DO UPDATE SET generation = excluded.generation;
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER sources_inserted_unfiled AFTER INSERT ON sources
WHEN EXISTS (SELECT 1 FROM articles WHERE source_id = new.id) BEGIN
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE source_id = new.id ON CONFLICT DO UPDATE SET generation = excluded.generation;
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER sources_deleted_unfiled AFTER DELETE ON sources BEGIN
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE source_id = old.id ON CONFLICT DO UPDATE SET generation = excluded.generation;
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER entities_retyped_unfiled AFTER UPDATE OF id, type ON entities BEGIN
  INSERT INTO unfiled SELECT article_id, (SELECT number + 1 FROM generation)
  FROM article_entities WHERE entity_id IN (old.id, new.id)
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER entities_inserted_unfiled AFTER INSERT ON entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT article_id, (SELECT number + 1 FROM generation)
  FROM article_entities WHERE entity_id = new.id
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER entities_deleted_unfiled AFTER DELETE ON entities BEGIN
  INSERT INTO unfiled SELECT article_id, (SELECT number + 1 FROM generation)
  FROM article_entities WHERE entity_id = old.id
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;

-- REPLACE takes the row of another article without a word, unless triggers are recursive.
CREATE TRIGGER articles_replaced_unfiled BEFORE INSERT ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE key = new.key ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE uri = new.uri AND ifnull(source_id, 0) = ifnull(new.source_id, 0)
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
CREATE TRIGGER articles_overwritten_unfiled BEFORE UPDATE OF key, uri, source_id ON articles BEGIN
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE key = new.key AND id <> old.id
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
  INSERT INTO unfiled SELECT id, (SELECT number + 1 FROM generation) FROM articles
  WHERE uri = new.uri AND ifnull(source_id, 0) = ifnull(new.source_id, 0) AND id <> old.id
  ON CONFLICT DO UPDATE SET generation = excluded.generation;
END;
