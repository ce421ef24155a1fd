-- What articles used to say. `articles` holds the current text alone; each text that was replaced, or
-- came late and is older, is kept here until its article is killed.

CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  article_key TEXT NOT NULL REFERENCES articles(key) ON UPDATE CASCADE ON DELETE CASCADE,
  version INTEGER NOT NULL,                    -- counts up in the source's order, below the article's
  title TEXT NOT NULL DEFAULT '',
  standfirst TEXT,
  body TEXT NOT NULL,
  captions TEXT NOT NULL DEFAULT '',           -- an item a line
  credits TEXT NOT NULL DEFAULT '',            -- an item a line
  published_at TEXT,
  updated_at TEXT,
  ingested_at TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  document TEXT NOT NULL,                      -- JSON: the whole article as it was
  UNIQUE (article_key, version),
  CHECK (json_valid(document))
);
CREATE INDEX versions_by_content ON versions(article_key, content_hash);

-- As for articles, three indexes: stems, words as written, pieces of scripts that write no spaces. The
-- sign between the quotes of `tokenchars` is a soft hyphen.
CREATE VIRTUAL TABLE versions_fts USING fts5(
  title, standfirst, body, captions, credits,
  content='versions', content_rowid='id',
  tokenize="porter unicode61 remove_diacritics 2 tokenchars '­'"
);
CREATE VIRTUAL TABLE versions_words USING fts5(
  title, standfirst, body, captions, credits,
  content='versions', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2 tokenchars '­'"
);
CREATE VIRTUAL TABLE versions_pieces USING fts5(
  title, standfirst, body, captions, credits,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);

CREATE TRIGGER versions_inserted AFTER INSERT ON versions BEGIN
  INSERT INTO versions_fts(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
  INSERT INTO versions_words(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER versions_deleted AFTER DELETE ON versions BEGIN
  INSERT INTO versions_fts(versions_fts, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  INSERT INTO versions_words(versions_words, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  DELETE FROM versions_pieces WHERE rowid = old.id;
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER versions_reworded
AFTER UPDATE OF id, title, standfirst, body, captions, credits ON versions BEGIN
  INSERT INTO versions_fts(versions_fts, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  INSERT INTO versions_words(versions_words, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  DELETE FROM versions_pieces WHERE rowid = old.id;
  INSERT INTO versions_fts(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
  INSERT INTO versions_words(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
END;
CREATE TRIGGER versions_updated AFTER UPDATE ON versions BEGIN
  UPDATE generation SET number = number + 1;
END;
-- Not left to the foreign key, which other programs may have switched off.
CREATE TRIGGER articles_deleted_versions AFTER DELETE ON articles BEGIN
  DELETE FROM versions WHERE article_key = old.key;
END;

-- Articles that were taken out for good: what they said is erased, not hidden.
CREATE TABLE tombstones (
  key TEXT PRIMARY KEY,
  killed_at TEXT NOT NULL,                     -- UTC, ISO 8601
  reason TEXT NOT NULL DEFAULT '',
  later_key TEXT                               -- of a key that gave way to this one before the kill
) WITHOUT ROWID;
CREATE INDEX tombstones_by_later_key ON tombstones(later_key) WHERE later_key IS NOT NULL;
CREATE TRIGGER tombstones_inserted AFTER INSERT ON tombstones BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER tombstones_deleted AFTER DELETE ON tombstones BEGIN
  UPDATE generation SET number = number + 1;
END;

-- By these a killed article is known when it comes again: SHA-256 of its uri, path and texts.
CREATE TABLE killed_identities (
  digest TEXT PRIMARY KEY,
  key TEXT NOT NULL REFERENCES tombstones(key) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX killed_identities_by_key ON killed_identities(key);

-- A kill whose traces are still being swept out of the text index and the log.
CREATE TABLE erasures (
  key TEXT PRIMARY KEY REFERENCES tombstones(key) ON DELETE CASCADE
) WITHOUT ROWID;

-- The one change that the log of edits allows: while an erasure is pending, an edit may be blanked that
-- is about what only the killed article named.
DROP TRIGGER edits_stay_as_they_are;
CREATE TRIGGER edits_stay_as_they_are BEFORE UPDATE ON edits
WHEN NOT (new.entity = 'person-erased' AND new.id = old.id AND new.at = old.at AND new.who = old.who
  AND new.undoes IS old.undoes AND new.action = iif(old.action = 'undo', 'undo', 'note')
  AND new."into" IS NULL AND new.name IS NULL AND ifnull(new.text, '') = '' AND new.aliases = '[]'
  AND new.articles = '[]' AND new.reason = '' AND EXISTS (SELECT 1 FROM erasures)) BEGIN
  SELECT raise(ABORT, 'the log of edits is only added to');
END;
CREATE TRIGGER edits_blanked AFTER UPDATE ON edits BEGIN
  UPDATE generation SET number = number + 1;
END;

CREATE VIEW earlier_versions AS
SELECT v.article_key AS article, v.version, v.title, v.standfirst, v.body, v.published_at,
  v.updated_at, v.ingested_at
FROM versions v;
