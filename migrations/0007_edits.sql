-- What editors decided about entities: a log that is only ever added to. The graph of entities is the
-- readings with this log replayed over them (service/edits.py), so every program that adds to it is
-- held to what the replay can read.

CREATE TABLE edits (
  id INTEGER PRIMARY KEY CHECK (id > 0),
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
  undoes INTEGER REFERENCES edits(id) CHECK (undoes < id),
  CHECK ((action = 'undo') = (undoes IS NOT NULL)),
  CHECK ((action IN ('merge', 'split', 'retype', 'distinct')) = ("into" IS NOT NULL)),
  CHECK (action NOT IN ('split', 'rename') OR name <> '' AND name IS NOT NULL),
  CHECK (action NOT IN ('alias', 'unalias') OR text <> '' AND text IS NOT NULL),
  CHECK (action <> 'note' OR text IS NOT NULL),
  CHECK (entity GLOB 'person-?*' OR entity GLOB 'organization-?*' OR entity GLOB 'place-?*'),
  CHECK ("into" GLOB 'person-?*' OR "into" GLOB 'organization-?*' OR "into" GLOB 'place-?*'),
  CHECK ("into" <> entity),
  -- Newer libraries take JSON5 for an array, which is not JSON.
  CHECK (json_valid(aliases) AND json_type(aliases) = 'array'),
  CHECK (json_valid(articles) AND json_type(articles) = 'array'),
  CHECK ((action = 'split') = (aliases <> '[]')),
  CHECK (action = 'split' OR articles = '[]')
) STRICT;
CREATE INDEX edits_by_entity ON edits(entity);
CREATE INDEX edits_by_into ON edits("into") WHERE "into" IS NOT NULL;
CREATE INDEX edits_by_undoes ON edits(undoes) WHERE undoes IS NOT NULL;

CREATE TRIGGER edits_are_kept BEFORE DELETE ON edits BEGIN
  SELECT raise(ABORT, 'the log of edits is only added to');
END;
CREATE TRIGGER edits_stay_as_they_are BEFORE UPDATE ON edits BEGIN
  SELECT raise(ABORT, 'the log of edits is only added to');
END;
-- INSERT OR REPLACE deletes without the triggers for that. Before: the row is there still.
CREATE TRIGGER edits_are_not_replaced BEFORE INSERT ON edits
WHEN EXISTS (SELECT 1 FROM edits WHERE id = new.id) BEGIN
  SELECT raise(ABORT, 'the log of edits is only added to');
END;
-- Whoever has read the log up to its last edit has read all, and there is room for more. After: only
-- then is the id known.
CREATE TRIGGER edits_come_last AFTER INSERT ON edits
WHEN new.id <> 1 + coalesce((SELECT max(id) FROM edits WHERE id <> new.id), 0) BEGIN
  SELECT raise(ABORT, 'an edit has the number after the last');
END;
CREATE TRIGGER edits_undo_an_edit BEFORE INSERT ON edits
WHEN new.undoes IS NOT NULL AND NOT EXISTS (SELECT 1 FROM edits WHERE id = new.undoes) BEGIN
  SELECT raise(ABORT, 'there is no edit to undo');
END;
-- A CHECK cannot look into a list.
CREATE TRIGGER edits_list_texts AFTER INSERT ON edits
WHEN EXISTS (SELECT 1 FROM json_each(new.aliases) WHERE type <> 'text')
  OR EXISTS (SELECT 1 FROM json_each(new.articles) WHERE type <> 'text') BEGIN
  SELECT raise(ABORT, 'aliases and articles are lists of texts');
END;
CREATE TRIGGER edits_added AFTER INSERT ON edits BEGIN
  UPDATE generation SET number = number + 1;
END;

-- An edit holds when no undo of it holds, and undos can be undone: so from the last undo to the first,
-- each that holds adds what it undoes to the list of what does not.
CREATE VIEW edit_history AS
WITH RECURSIVE undoing(id, undone) AS (
  SELECT max(l.id), ',' FROM edits l WHERE l.action = 'undo'
  UNION ALL
  SELECT (SELECT max(p.id) FROM edits p WHERE p.id < u.id AND p.action = 'undo'),
    undone || CASE WHEN instr(undone, ',' || u.id || ',') THEN '' ELSE u.undoes || ',' END
  FROM undoing JOIN edits u ON u.id = undoing.id
)
SELECT id, at, who, action, entity, "into", name, text, aliases, articles, reason, undoes,
  (SELECT max(u.id) FROM edits u WHERE u.undoes = edits.id) AS undone_by,
  NOT instr((SELECT undone FROM undoing WHERE undoing.id IS NULL), ',' || id || ',') AS in_force
FROM edits;
