-- People, organisations and places; their spellings; and every place where an article names them.
-- The counts are kept in step by triggers, whoever writes. Whether an entity stays is asked of the
-- mentions themselves, so that a count that is off does not stop an edit or its own repair.

CREATE TABLE entities (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('person', 'organization', 'place')),
  folded TEXT NOT NULL,                   -- the full name without case, accents and punctuation
  articles INTEGER NOT NULL DEFAULT 0,
  mentions INTEGER NOT NULL DEFAULT 0,
  CHECK (key = type || '-' || folded)
);
CREATE INDEX entities_by_folded ON entities(folded);
CREATE INDEX entities_by_articles ON entities(type, articles);
CREATE INDEX entities_by_mentions ON entities(mentions);

CREATE TABLE aliases (
  entity_id INTEGER NOT NULL REFERENCES entities(id),
  text TEXT NOT NULL,                     -- as articles write it: "Kim Jong-un", "Mr Kim"
  folded TEXT NOT NULL,
  whole TEXT,                             -- the name in it, where that is the entity's in full
  added INTEGER NOT NULL DEFAULT 0,       -- 1: an editor's
  mentions INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (entity_id, text)
) WITHOUT ROWID;
CREATE INDEX aliases_by_folded ON aliases(folded);
CREATE INDEX aliases_added ON aliases(entity_id) WHERE added;

-- What a tagger and the article itself make of a name, before editors decide (service/edits.py): the
-- key of an entity, or `person?kim` for one left open and `person??kim` where several are meant.
CREATE TABLE readings (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE
);

CREATE TABLE mentions (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  position INTEGER NOT NULL,              -- in reading order, from 0
  reading_id INTEGER NOT NULL REFERENCES readings(id),
  entity_id INTEGER REFERENCES entities(id),  -- NULL: it is left open who is meant
  edit_id INTEGER,                        -- the edit that placed it there, if one did
  dismissed INTEGER NOT NULL DEFAULT 0,   -- 1: an editor says that it is no name
  type TEXT NOT NULL CHECK (type IN ('person', 'organization', 'place')),
  field TEXT NOT NULL,                    -- title, standfirst, body, captions[0] …
  start_offset INTEGER NOT NULL,          -- in characters, from 0
  end_offset INTEGER NOT NULL,            -- the first character after it
  text TEXT NOT NULL,
  alias TEXT NOT NULL,                    -- the text with its courtesy title
  method TEXT NOT NULL,                   -- what found or placed it
  confidence REAL NOT NULL,
  PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
CREATE INDEX mentions_by_entity ON mentions(entity_id);
CREATE INDEX mentions_by_reading ON mentions(reading_id);

-- An article counts once for an entity, however often and in however many spellings it names it.
CREATE TABLE article_entities (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  entity_id INTEGER NOT NULL REFERENCES entities(id) ON DELETE CASCADE,
  mentions INTEGER NOT NULL,
  PRIMARY KEY (article_id, entity_id)
) WITHOUT ROWID;
CREATE INDEX article_entities_by_entity ON article_entities(entity_id, article_id);

CREATE TRIGGER mentions_inserted AFTER INSERT ON mentions
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO article_entities SELECT new.article_id, new.entity_id, 1
  WHERE new.entity_id IS NOT NULL ON CONFLICT DO UPDATE SET mentions = mentions + 1;
  UPDATE entities SET mentions = mentions + 1 WHERE id = new.entity_id;
  UPDATE aliases SET mentions = mentions + 1
  WHERE entity_id = new.entity_id AND text = new.alias;
  UPDATE generation SET number = number + 1;
END;

CREATE TRIGGER mentions_unread AFTER DELETE ON mentions BEGIN
  DELETE FROM readings WHERE id = old.reading_id
    AND NOT EXISTS (SELECT 1 FROM mentions WHERE reading_id = old.reading_id);
END;

CREATE TRIGGER mentions_deleted AFTER DELETE ON mentions WHEN old.entity_id IS NOT NULL BEGIN
  UPDATE article_entities SET mentions = mentions - 1
  WHERE article_id = old.article_id AND entity_id = old.entity_id;
  DELETE FROM article_entities
  WHERE article_id = old.article_id AND entity_id = old.entity_id AND mentions = 0;
  UPDATE aliases SET mentions = mentions - 1
  WHERE entity_id = old.entity_id AND text = old.alias;
  DELETE FROM aliases
  WHERE entity_id = old.entity_id AND text = old.alias AND mentions = 0 AND NOT added;
  UPDATE entities SET mentions = mentions - 1 WHERE id = old.entity_id;
  DELETE FROM entities WHERE id = old.entity_id
    AND NOT EXISTS (SELECT 1 FROM mentions WHERE entity_id = old.entity_id);
END;

CREATE TRIGGER mentions_reassigned AFTER UPDATE OF entity_id, alias ON mentions
WHEN old.entity_id IS NOT new.entity_id OR old.alias <> new.alias BEGIN
  UPDATE article_entities SET mentions = mentions - 1
  WHERE article_id = old.article_id AND entity_id = old.entity_id;
  DELETE FROM article_entities
  WHERE article_id = old.article_id AND entity_id = old.entity_id AND mentions = 0;
  UPDATE aliases SET mentions = mentions - 1
  WHERE entity_id = old.entity_id AND text = old.alias;
  DELETE FROM aliases
  WHERE entity_id = old.entity_id AND text = old.alias AND mentions = 0 AND NOT added;
  UPDATE entities SET mentions = mentions - 1 WHERE id = old.entity_id;
  INSERT INTO article_entities SELECT new.article_id, new.entity_id, 1
  WHERE new.entity_id IS NOT NULL ON CONFLICT DO UPDATE SET mentions = mentions + 1;
  UPDATE entities SET mentions = mentions + 1 WHERE id = new.entity_id;
  UPDATE aliases SET mentions = mentions + 1
  WHERE entity_id = new.entity_id AND text = new.alias;
  DELETE FROM entities WHERE id = old.entity_id
    AND NOT EXISTS (SELECT 1 FROM mentions WHERE entity_id = old.entity_id);
END;

-- Nobody is an entity without a mention; what editors said stays in their log.
CREATE TRIGGER entities_forgotten BEFORE DELETE ON entities BEGIN
  DELETE FROM aliases WHERE entity_id = old.id;
END;

CREATE TRIGGER article_entities_inserted AFTER INSERT ON article_entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE entities SET articles = articles + 1 WHERE id = new.entity_id;
END;
CREATE TRIGGER article_entities_deleted AFTER DELETE ON article_entities BEGIN
  UPDATE entities SET articles = articles - 1 WHERE id = old.entity_id;
END;

CREATE TRIGGER articles_deleted_mentions AFTER DELETE ON articles BEGIN
  DELETE FROM mentions WHERE article_id = old.id;
END;
CREATE TRIGGER articles_moved_mentions AFTER UPDATE OF id ON articles WHEN old.id <> new.id BEGIN
  UPDATE mentions SET article_id = new.id WHERE article_id = old.id;
  UPDATE article_entities SET article_id = new.id WHERE article_id = old.id;
END;

CREATE TRIGGER mentions_updated_generation AFTER UPDATE ON mentions BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER mentions_deleted_generation AFTER DELETE ON mentions BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_entities_changed AFTER UPDATE ON article_entities BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER entities_changed AFTER UPDATE ON entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER entities_added AFTER INSERT ON entities
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER entities_removed AFTER DELETE ON entities BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER aliases_added AFTER INSERT ON aliases
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER aliases_changed AFTER UPDATE ON aliases
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER aliases_removed AFTER DELETE ON aliases BEGIN
  UPDATE generation SET number = number + 1;
END;
