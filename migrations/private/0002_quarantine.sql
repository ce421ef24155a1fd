-- What could not be read, with its bytes, until somebody retries or drops it.

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL,                  -- the file, archive member or address
  number INTEGER,                        -- which record of it, from 1; NULL: all of it
  reason TEXT NOT NULL,
  format TEXT,                           -- what it was read as, if that was clear
  digest TEXT NOT NULL,                  -- SHA-256 of its bytes; of its place if it has none here
  size INTEGER NOT NULL,                 -- in bytes
  times INTEGER NOT NULL DEFAULT 1,      -- how many records of this origin are the same
  first_seen TEXT NOT NULL,              -- UTC, ISO 8601
  last_seen TEXT NOT NULL,
  ingest INTEGER,                        -- which saw it last, by number; NULL: it is being read again
  sidecar BLOB,                          -- the JSON file that lay beside it
  data BLOB                              -- NULL: too much to be kept aside, and still at its origin
);
CREATE UNIQUE INDEX quarantine_by_content ON quarantine(origin, digest);
CREATE INDEX quarantine_by_ingest ON quarantine(origin, ingest);

-- How much is kept there, so that the bounds need no count.
CREATE TABLE quarantine_size (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  inputs INTEGER NOT NULL,
  bytes INTEGER NOT NULL
);
INSERT INTO quarantine_size VALUES (1, 0, 0);
CREATE TRIGGER quarantine_inserted AFTER INSERT ON quarantine BEGIN
  UPDATE quarantine_size SET inputs = inputs + 1,
    bytes = bytes + ifnull(length(new.data), 0) + ifnull(length(new.sidecar), 0);
END;
CREATE TRIGGER quarantine_updated AFTER UPDATE OF data, sidecar ON quarantine BEGIN
  UPDATE quarantine_size SET
    bytes = bytes + ifnull(length(new.data), 0) + ifnull(length(new.sidecar), 0)
      - ifnull(length(old.data), 0) - ifnull(length(old.sidecar), 0);
END;
CREATE TRIGGER quarantine_deleted AFTER DELETE ON quarantine BEGIN
  UPDATE quarantine_size SET inputs = inputs - 1,
    bytes = bytes - ifnull(length(old.data), 0) - ifnull(length(old.sidecar), 0);
END;

-- What was fetched from an address, so that it is only sent again when it has changed.
CREATE TABLE fetches (
  url TEXT PRIMARY KEY,
  etag TEXT,
  last_modified TEXT,
  fetched_at TEXT NOT NULL               -- UTC, ISO 8601
) WITHOUT ROWID;
