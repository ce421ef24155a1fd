-- Near copies: wire copy that came more than once, edited or not. Hashes of the texts tell which
-- articles may be copies, the texts themselves which are. The service writes all of it; triggers only
-- keep it from telling of texts that are there no more.

-- `number` is a hash of the article's key, since ids move.
CREATE TABLE copy_signatures (
  number INTEGER PRIMARY KEY,
  article_id INTEGER UNIQUE REFERENCES articles(id),  -- NULL: another program deleted the article
  signature BLOB NOT NULL,
  stale INTEGER NOT NULL DEFAULT 0             -- 1: the text was changed since
);
-- Neighbours in this order, within one bucket, are held against each other.
CREATE TABLE copy_bands (
  band INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (band, number)
) WITHOUT ROWID;

-- Each pair stands here twice, once from either side.
CREATE TABLE copy_pairs (
  article_id INTEGER NOT NULL REFERENCES articles(id),
  other_id INTEGER NOT NULL,
  overlap REAL NOT NULL,                       -- of all shingles of the two, the part they share
  PRIMARY KEY (article_id, other_id)
) WITHOUT ROWID;

-- Only articles with copies: all that pairs connect are one group, called by its lowest id.
CREATE TABLE copies (
  article_id INTEGER PRIMARY KEY REFERENCES articles(id),
  group_id INTEGER NOT NULL
);
CREATE INDEX copies_by_group ON copies(group_id);

-- What another program has changed is told of no more until `cuttings reindex`.
CREATE TRIGGER articles_reworded_copies
AFTER UPDATE OF key, title, title_derived, body ON articles
WHEN new.key <> old.key OR new.title <> old.title OR new.title_derived <> old.title_derived
  OR new.body <> old.body BEGIN
  UPDATE copy_signatures SET stale = 1 WHERE article_id IN (old.id, new.id);
END;
CREATE TRIGGER articles_moved_copies AFTER UPDATE OF id ON articles WHEN old.id <> new.id BEGIN
  UPDATE copy_signatures SET article_id = new.id WHERE article_id = old.id;
  UPDATE copy_pairs SET article_id = new.id WHERE article_id = old.id;
  UPDATE copy_pairs SET other_id = new.id WHERE other_id = old.id
    AND article_id IN (SELECT other_id FROM copy_pairs WHERE article_id = new.id);
  UPDATE copies SET article_id = new.id WHERE article_id = old.id;
  UPDATE copies SET group_id = (SELECT min(article_id) FROM copies
    WHERE group_id = (SELECT group_id FROM copies WHERE article_id = new.id))
  WHERE group_id = (SELECT group_id FROM copies WHERE article_id = new.id)
    AND (group_id = old.id OR group_id > new.id);
END;
CREATE TRIGGER articles_deleted_copies AFTER DELETE ON articles BEGIN
  UPDATE copy_signatures SET article_id = NULL WHERE article_id = old.id;
  DELETE FROM copy_pairs WHERE other_id = old.id
    AND article_id IN (SELECT other_id FROM copy_pairs WHERE article_id = old.id);
  DELETE FROM copy_pairs WHERE article_id = old.id;
  DELETE FROM copies WHERE article_id <> old.id
    AND group_id = (SELECT group_id FROM copies WHERE article_id = old.id)
    AND 2 = (SELECT count(*) FROM copies
      WHERE group_id = (SELECT group_id FROM copies WHERE article_id = old.id));
  UPDATE copies SET group_id = (
    SELECT min(article_id) FROM copies WHERE group_id = old.id AND article_id <> old.id)
  WHERE group_id = old.id AND article_id <> old.id;
  DELETE FROM copies WHERE article_id = old.id;
END;

CREATE TRIGGER copy_signatures_outdated AFTER UPDATE OF stale ON copy_signatures BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER copy_pairs_inserted AFTER INSERT ON copy_pairs BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER copy_pairs_updated AFTER UPDATE ON copy_pairs BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER copy_pairs_deleted AFTER DELETE ON copy_pairs BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER copies_inserted AFTER INSERT ON copies BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER copies_updated AFTER UPDATE ON copies BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER copies_deleted AFTER DELETE ON copies BEGIN
  UPDATE generation SET number = number + 1;
END;

CREATE VIEW near_copies AS
SELECT a.key AS article, b.key AS copy, p.overlap, a.title, b.title AS copy_title,
  s.name AS source, t.name AS copy_source, a.published_at, b.published_at AS copy_published_at
FROM copy_pairs p
JOIN copy_signatures x ON x.article_id = p.article_id AND NOT x.stale
JOIN copy_signatures y ON y.article_id = p.other_id AND NOT y.stale
JOIN articles a ON a.id = p.article_id
JOIN articles b ON b.id = p.other_id
LEFT JOIN sources s ON s.id = a.source_id
LEFT JOIN sources t ON t.id = b.source_id;
