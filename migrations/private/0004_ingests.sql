-- What became of the latest ingests, in numbers: what failed of them is in the quarantine.

CREATE TABLE ingests (
  id INTEGER PRIMARY KEY,                -- the number that its rows of the quarantine have as well
  began_at TEXT NOT NULL,                -- UTC, ISO 8601
  seen_at TEXT NOT NULL,                 -- when it last said how far it was
  ended_at TEXT,                         -- NULL: it was cut off, or goes on
  inputs INTEGER NOT NULL,               -- all that were taken, as below
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  killed INTEGER NOT NULL,
  failed INTEGER NOT NULL
);
CREATE INDEX quarantine_of_ingest ON quarantine(ingest);
