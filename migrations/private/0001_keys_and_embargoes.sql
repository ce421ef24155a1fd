-- The file beside the archive: what no reader of the archive may see.

CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,   -- SHA-256 of the key; the key itself is shown once and kept nowhere
  scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'edit', 'admin')),
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  revoked_at TEXT
);

-- Articles that wait for their time, with the names that were found in them.
CREATE TABLE embargoed (
  key TEXT PRIMARY KEY,
  embargoed_until TEXT NOT NULL,   -- UTC, ISO 8601
  uri TEXT,
  source TEXT,
  origin TEXT,
  stated INTEGER NOT NULL,         -- 1: it has a key or a uri of its own
  public_key TEXT,                 -- the key it had when it was published before
  held_at TEXT NOT NULL,           -- UTC, ISO 8601
  content_hash TEXT NOT NULL,
  document TEXT NOT NULL           -- JSON: the article, its mentions, its tagger, what it said before
);
CREATE INDEX embargoed_by_time ON embargoed(embargoed_until);
CREATE INDEX embargoed_by_origin ON embargoed(origin);
