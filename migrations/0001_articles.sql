-- Articles, where they came from, and the number that every change raises.

CREATE TABLE generation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL,  -- raised by every change to what a reader can see
  archive TEXT NOT NULL,    -- names this archive among others, for caches
  -- 1 while the service adds many articles at once, within that one transaction, so that nobody else
  -- ever sees it: triggers then leave to service/stores/bulk.py what each would do row by row.
  in_bulk INTEGER NOT NULL DEFAULT 0
);
INSERT INTO generation (id, number, archive) VALUES (1, 0, lower(hex(randomblob(16))));

CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  articles INTEGER NOT NULL DEFAULT 0
);

-- `id` grows with the publication time (undated articles first), so that the newest come off the
-- index by themselves; it may move when a date is corrected. `key` stays, but that a made one
-- gives way to one that the source states.
CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  key_made INTEGER NOT NULL DEFAULT 0,         -- 1: the source gave it none
  uri TEXT,                                    -- the source's own identifier
  title TEXT NOT NULL DEFAULT '',
  title_derived INTEGER NOT NULL DEFAULT 0,    -- 1: there was no headline
  standfirst TEXT,
  body TEXT NOT NULL,
  captions TEXT NOT NULL DEFAULT '',           -- an item a line
  credits TEXT NOT NULL DEFAULT '',            -- an item a line
  related TEXT NOT NULL DEFAULT '',            -- an item a line
  subheadings TEXT NOT NULL DEFAULT '[]',      -- JSON: start, end and text in the body
  dateline TEXT,
  source_id INTEGER REFERENCES sources(id),
  source_derived INTEGER NOT NULL DEFAULT 0,   -- 1: only the text names its outlet
  published_at TEXT,                           -- 2018-12-16 or 2018-12-16T01:30:00Z
  published_precision TEXT CHECK (published_precision IN ('day', 'minute', 'second')),
  updated_at TEXT,
  embargoed_until TEXT,                        -- the embargo that has passed
  ingested_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  url TEXT,
  language TEXT,
  language_detected INTEGER NOT NULL DEFAULT 0,  -- 1: the source states none
  rights TEXT,
  status TEXT NOT NULL DEFAULT 'published' CHECK (status IN ('published', 'corrected')),
  correction TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  stated_version INTEGER,                      -- the source's own number of this text
  origin TEXT,                                 -- the path it was first read from
  tagger TEXT,                                 -- what read its names
  extra TEXT NOT NULL DEFAULT '{}',            -- JSON: fields of the input without a place here
  content_hash TEXT NOT NULL DEFAULT '',
  added_in INTEGER,                            -- the generation that brought it
  dated_in INTEGER,                            -- the generation that gave it its date
  CHECK (typeof(body) = 'text'),
  CHECK (json_type(subheadings) = 'array' AND json_type(extra) = 'object'),
  CHECK ((published_at IS NULL) = (published_precision IS NULL)),
  -- Adding no days makes older versions of SQLite look whether the day exists.
  CHECK (published_at IS CASE published_precision WHEN 'day' THEN date(published_at, '+0 days')
    ELSE strftime('%Y-%m-%dT%H:%M:%SZ', published_at, '+0 days') END),
  CHECK (updated_at IS NULL OR date(updated_at) IS NOT NULL),
  CHECK (embargoed_until IS NULL OR date(embargoed_until) IS NOT NULL)
);
CREATE UNIQUE INDEX articles_by_uri ON articles(uri, ifnull(source_id, 0)) WHERE uri IS NOT NULL;
CREATE INDEX articles_by_date ON articles(published_at);
CREATE INDEX articles_by_source_id ON articles(source_id);
CREATE INDEX articles_by_content ON articles(content_hash);
CREATE INDEX articles_by_arrival ON articles(added_in);
CREATE INDEX articles_by_tagger ON articles(tagger);
CREATE INDEX articles_by_language ON articles(language COLLATE NOCASE);

CREATE TABLE article_authors (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  position INTEGER NOT NULL,
  author TEXT NOT NULL,
  PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
CREATE INDEX article_authors_by_author ON article_authors(author COLLATE NOCASE, article_id);

CREATE TABLE article_topics (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  position INTEGER NOT NULL,
  topic TEXT NOT NULL,
  PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
CREATE INDEX article_topics_by_topic ON article_topics(topic COLLATE NOCASE, article_id);

-- A made key gives way to one that a source states: what was said of the article by the old key still
-- holds, also when the article is away for a while.
CREATE TABLE former_keys (
  former TEXT PRIMARY KEY,
  key TEXT NOT NULL                            -- what the article is called since
) WITHOUT ROWID;
CREATE INDEX former_keys_by_key ON former_keys(key);
CREATE TRIGGER articles_rekeyed AFTER UPDATE OF key ON articles WHEN old.key <> new.key BEGIN
  UPDATE former_keys SET key = new.key WHERE key = old.key;
  INSERT OR IGNORE INTO former_keys (former, key) VALUES (old.key, new.key);
END;

-- Every path that gave an article: the first one, and those of its exact copies. A path alone gives
-- one article, unless it holds records of many.
CREATE TABLE origins (
  origin TEXT NOT NULL,
  article_key TEXT NOT NULL REFERENCES articles(key) ON UPDATE CASCADE ON DELETE CASCADE,
  content_hash TEXT NOT NULL,
  record INTEGER,                              -- which one of it, from 1; NULL: the only one
  PRIMARY KEY (origin, article_key)
) WITHOUT ROWID;
CREATE INDEX origins_by_article ON origins(article_key);
