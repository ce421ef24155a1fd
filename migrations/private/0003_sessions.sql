-- Who is logged in on the pages: a session is begun with a key, and ends with it at the latest.

CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,   -- SHA-256 of the token in the browser's cookie; it is kept nowhere else
  key INTEGER NOT NULL REFERENCES api_keys(id) ON DELETE CASCADE,
  ends_at TEXT NOT NULL    -- UTC, ISO 8601
) WITHOUT ROWID;
