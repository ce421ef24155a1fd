-- Who changed or took away what: begun before it is done, and told its outcome once, afterwards.

ALTER TABLE api_keys ADD COLUMN last_used_at TEXT;   -- UTC, ISO 8601, to the minute

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,                -- UTC, ISO 8601
  who TEXT NOT NULL,               -- the key's note or number; the system's name on the command line
  key INTEGER,                     -- the number of the key; NULL on the command line
  address TEXT NOT NULL,           -- empty on the command line
  request TEXT NOT NULL,           -- the id of the request; empty on the command line
  action TEXT NOT NULL,            -- a method and a path, or a command
  asked TEXT NOT NULL,             -- what was searched for or typed; empty unless queries are logged
  keys TEXT,                       -- what became of it: articles' keys or numbers of edits
  outcome TEXT,                    -- a status, or how a command ended; NULL: begun, not ended
  ended_at TEXT
);

-- Before when lines may be forgotten: never of the last day, whatever is asked for.
CREATE TABLE audit_kept (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  since TEXT NOT NULL
);
INSERT INTO audit_kept VALUES (1, '');
CREATE TRIGGER audit_kept_for_a_day BEFORE UPDATE ON audit_kept
WHEN new.since > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 day') BEGIN
  SELECT raise(ABORT, 'the audit log keeps the last day');
END;

CREATE TRIGGER audit_is_told_once BEFORE UPDATE ON audit
WHEN old.outcome IS NOT NULL OR new.outcome IS NULL
  OR (old.id, old.at, old.who, old.key, old.address, old.request, old.action, old.asked)
    IS NOT (new.id, new.at, new.who, new.key, new.address, new.request, new.action, new.asked)
BEGIN
  SELECT raise(ABORT, 'the audit log is only added to');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN old.at >= (SELECT since FROM audit_kept) BEGIN
  SELECT raise(ABORT, 'the audit log is only added to');
END;
