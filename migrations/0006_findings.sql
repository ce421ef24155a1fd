-- What else is read out of an article: speech with its speaker, and dates that the text mentions.

CREATE TABLE quotes (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  position INTEGER NOT NULL,              -- in reading order, from 0
  speaker INTEGER,                        -- the position of the mention that names the speaker
  -- Who that is; NULL: described only, or left open.
  entity_id INTEGER REFERENCES entities(id) ON DELETE SET NULL,
  speaker_name TEXT,                      -- as the text calls the speaker: "an informed source"
  verb TEXT,                              -- as written: "said"
  direct INTEGER NOT NULL,                -- 1: in quotation marks; 0: reported ("said that …")
  field TEXT NOT NULL,                    -- title, standfirst, body, captions[0] …
  start_offset INTEGER NOT NULL,          -- in characters, from 0
  end_offset INTEGER NOT NULL,            -- the first character after it
  text TEXT NOT NULL,
  PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
-- Newest article first, in reading order within: a page of what one speaker says needs no sort, and
-- is counted without a look at the rows.
CREATE INDEX quotes_by_entity ON quotes(entity_id, article_id DESC, position, direct);
CREATE INDEX quotes_by_name ON quotes(
  speaker_name COLLATE NOCASE, article_id DESC, position, direct, entity_id
);

CREATE TABLE mentioned_dates (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  position INTEGER NOT NULL,              -- in reading order, from 0
  date TEXT NOT NULL,                     -- 2018, 2018-06 or 2018-06-12
  precision TEXT NOT NULL CHECK (precision IN ('day', 'month', 'year')),
  field TEXT NOT NULL,
  start_offset INTEGER NOT NULL,
  end_offset INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
CREATE INDEX mentioned_dates_by_date ON mentioned_dates(date, article_id);

-- The speaker is whoever the mention stands for, also after an edit.
CREATE TRIGGER mentions_speaking AFTER UPDATE OF entity_id ON mentions
WHEN old.entity_id IS NOT new.entity_id BEGIN
  UPDATE quotes SET entity_id = new.entity_id
  WHERE article_id = new.article_id AND speaker = new.position;
END;

CREATE TRIGGER articles_deleted_findings AFTER DELETE ON articles BEGIN
  DELETE FROM quotes WHERE article_id = old.id;
  DELETE FROM mentioned_dates WHERE article_id = old.id;
END;
CREATE TRIGGER articles_moved_findings AFTER UPDATE OF id ON articles WHEN old.id <> new.id BEGIN
  UPDATE quotes SET article_id = new.id WHERE article_id = old.id;
  UPDATE mentioned_dates SET article_id = new.id WHERE article_id = old.id;
END;

CREATE TRIGGER quotes_inserted AFTER INSERT ON quotes
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER quotes_updated AFTER UPDATE ON quotes BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER quotes_deleted AFTER DELETE ON quotes BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER mentioned_dates_inserted AFTER INSERT ON mentioned_dates
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER mentioned_dates_updated AFTER UPDATE ON mentioned_dates BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER mentioned_dates_deleted AFTER DELETE ON mentioned_dates BEGIN
  UPDATE generation SET number = number + 1;
END;

-- Counted for one entity at a time, as named_together is and for the same reason. Days of which no
-- article names the entity have no row; undated articles are one row without a day.
CREATE VIEW mentions_by_day AS
SELECT e.key AS entity, e.name, e.type, json_extract(count.value, '$[0]') AS day,
  json_extract(count.value, '$[1]') AS articles, json_extract(count.value, '$[2]') AS mentions
FROM entities e
JOIN json_each((
  SELECT json_group_array(json_array(day, articles, mentions)) FROM (
    SELECT substr(a.published_at, 1, 10) AS day, count(*) AS articles, sum(ae.mentions) AS mentions
    FROM article_entities ae CROSS JOIN articles a ON a.id = ae.article_id
    WHERE ae.entity_id = e.id GROUP BY day)
)) count;

CREATE VIEW who_said_what AS
SELECT a.key AS article, a.title, s.name AS source, a.published_at, q.position,
  e.key AS speaker, e.name, q.speaker_name, q.verb, q.text AS quote, q.direct,
  q.field, q.start_offset, q.end_offset
FROM quotes q
JOIN articles a ON a.id = q.article_id
LEFT JOIN sources s ON s.id = a.source_id
LEFT JOIN entities e ON e.id = q.entity_id;

CREATE VIEW dates_in_text AS
SELECT a.key AS article, a.title, s.name AS source, a.published_at, d.position,
  d.date, d.precision, d.text, d.field, d.start_offset, d.end_offset
FROM mentioned_dates d
JOIN articles a ON a.id = d.article_id
LEFT JOIN sources s ON s.id = a.source_id;
