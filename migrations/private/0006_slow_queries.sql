-- What was asked when an answer took long. Only with CUTTINGS_LOG_QUERIES, and for so many days: it may
-- name people of whom nobody is to know that somebody asks.

CREATE TABLE slow_queries (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,          -- UTC, ISO 8601
  request_id TEXT NOT NULL,  -- as in the log
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  ms REAL NOT NULL,
  stages TEXT NOT NULL,      -- JSON: name and milliseconds
  total INTEGER,             -- how many articles matched
  query TEXT NOT NULL        -- JSON: what was asked for
);
CREATE INDEX slow_queries_by_time ON slow_queries(at);
