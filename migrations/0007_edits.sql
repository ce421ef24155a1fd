-- What editors decided about entities: a log that is only ever added to. The graph of entities is the
-- readings with this log replayed over them (service/edits.py).

CREATE TABLE edits (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,                       -- UTC, ISO 8601
  who TEXT NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('merge', 'split', 'rename', 'retype', 'dismiss', 'alias',
    'unalias', 'note', 'distinct', 'undo')),
  entity TEXT NOT NULL,                   -- the key of the entity that it is about
  "into" TEXT,                            -- the key of the other one
  name TEXT,
  text TEXT,                              -- the alias or the note
  aliases TEXT NOT NULL DEFAULT '[]',     -- JSON: the spellings that are split off
  articles TEXT NOT NULL DEFAULT '[]',    -- JSON: keys of the only articles where they are
  reason TEXT NOT NULL DEFAULT '',
  undoes INTEGER REFERENCES edits(id),
  CHECK ((action = 'undo') = (undoes IS NOT NULL)),
  CHECK (json_type(aliases) = 'array' AND json_type(articles) = 'array')
);
CREATE INDEX edits_by_entity ON edits(entity);
CREATE INDEX edits_by_into ON edits("into") WHERE "into" IS NOT NULL;
CREATE INDEX edits_by_undoes ON edits(undoes) WHERE undoes IS NOT NULL;

CREATE TRIGGER edits_are_kept BEFORE DELETE ON edits BEGIN
  SELECT raise(ABORT, 'the log of edits is only added to');
END;
CREATE TRIGGER edits_stay_as_they_are BEFORE UPDATE ON edits BEGIN
  SELECT raise(ABORT, 'the log of edits is only added to');
END;
CREATE TRIGGER edits_added AFTER INSERT ON edits BEGIN
  UPDATE generation SET number = number + 1;
END;

-- An undo can be undone as well: an edit holds when the chain of what undid it, each the last that
-- did, has an even length.
CREATE VIEW edit_history AS
SELECT id, at, who, action, entity, "into", name, text, aliases, articles, reason, undoes,
  (SELECT max(u.id) FROM edits u WHERE u.undoes = edits.id) AS undone_by,
  (WITH RECURSIVE undoing(id, depth) AS (
     SELECT edits.id, 0
     UNION ALL
     SELECT (SELECT max(u.id) FROM edits u WHERE u.undoes = undoing.id), depth + 1
     FROM undoing WHERE undoing.id IS NOT NULL)
   SELECT max(depth) % 2 FROM undoing) AS in_force
FROM edits;
