-- Three text indexes over the articles: one of stems, which ranks best, and one of words as written,
-- for what is quoted and for beginnings of words, one of pieces of scripts that write no spaces.
-- Double quotes around the table's name are what sqlite-utils and Datasette look for; in single
-- quotes the second index is invisible to them. The sign between the quotes of `tokenchars` is a soft
-- hyphen, which nobody sees: without it `Vladi-mir` of a web page is two words.

CREATE VIRTUAL TABLE articles_fts USING fts5(
  title, standfirst, body, captions, credits,
  content="articles", content_rowid="id",
  tokenize="porter unicode61 remove_diacritics 2 tokenchars '­'"
);
CREATE VIRTUAL TABLE articles_words USING fts5(
  title, standfirst, body, captions, credits,
  content='articles', content_rowid='id',
  tokenize="unicode61 remove_diacritics 2 tokenchars '­'"
);
-- Only paragraphs with such a script, each run of it as its overlapping pairs of characters: SQL
-- cannot cut them, so the service writes them, and `cuttings reindex` what others have written.
CREATE VIRTUAL TABLE articles_pieces USING fts5(
  title, standfirst, body, captions, credits,
  tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);

-- Each batch of articles is some segments of an index. To merge eight at a time instead of four takes
-- six tenths of the writes.
INSERT INTO articles_fts(articles_fts, rank) VALUES ('automerge', 8);
INSERT INTO articles_words(articles_words, rank) VALUES ('automerge', 8);
-- A batch of a thousand articles is one segment, not the three or four that a megabyte makes.
INSERT INTO articles_fts(articles_fts, rank) VALUES ('hashsize', 8388608);
INSERT INTO articles_words(articles_words, rank) VALUES ('hashsize', 8388608);

-- Stems are English: of articles in another language only words as written count.
CREATE INDEX articles_not_english ON articles(id)
WHERE language IS NOT NULL AND substr(lower(language), 1, 2) <> 'en';

CREATE TRIGGER articles_inserted AFTER INSERT ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO articles_fts(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
  INSERT INTO articles_words(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
  UPDATE sources SET articles = articles + 1 WHERE id = new.source_id;
  UPDATE generation SET number = number + 1;
  UPDATE articles SET added_in = (SELECT number FROM generation),
    dated_in = (SELECT number FROM generation)
  WHERE id = new.id AND added_in IS NULL;
END;

CREATE TRIGGER articles_deleted AFTER DELETE ON articles BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  INSERT INTO articles_words(articles_words, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  DELETE FROM articles_pieces WHERE rowid = old.id;
  UPDATE sources SET articles = articles - 1 WHERE id = old.source_id;
  DELETE FROM article_authors WHERE article_id = old.id;
  DELETE FROM article_topics WHERE article_id = old.id;
  DELETE FROM origins WHERE article_key = old.key;
  UPDATE generation SET number = number + 1;
END;

CREATE TRIGGER articles_reworded
AFTER UPDATE OF id, title, standfirst, body, captions, credits ON articles BEGIN
  INSERT INTO articles_fts(articles_fts, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  INSERT INTO articles_words(articles_words, rowid, title, standfirst, body, captions, credits)
  VALUES ('delete', old.id, old.title, old.standfirst, old.body, old.captions, old.credits);
  INSERT INTO articles_fts(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
  INSERT INTO articles_words(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
END;

-- What another program has written is not in pieces until `cuttings reindex`; an update or deletion
-- is never answered stale.
CREATE TRIGGER articles_pieces_outdated
AFTER UPDATE OF title, standfirst, body, captions, credits ON articles
WHEN new.title <> old.title OR new.standfirst IS NOT old.standfirst OR new.body <> old.body
  OR new.captions <> old.captions OR new.credits <> old.credits BEGIN
  DELETE FROM articles_pieces WHERE rowid IN (old.id, new.id);
END;

-- A corrected date moves an article to another id, and all that hangs on it goes along.
CREATE TRIGGER articles_moved AFTER UPDATE OF id ON articles WHEN old.id <> new.id BEGIN
  UPDATE article_authors SET article_id = new.id WHERE article_id = old.id;
  UPDATE article_topics SET article_id = new.id WHERE article_id = old.id;
  UPDATE articles_pieces SET rowid = new.id WHERE rowid = old.id;
END;

CREATE TRIGGER articles_resourced AFTER UPDATE OF source_id ON articles
WHEN old.source_id IS NOT new.source_id BEGIN
  UPDATE sources SET articles = articles - 1 WHERE id = old.source_id;
  UPDATE sources SET articles = articles + 1 WHERE id = new.source_id;
END;

-- Articles of one date stand in the order in which they came to it.
CREATE TRIGGER articles_redated AFTER UPDATE OF published_at ON articles
WHEN old.published_at IS NOT new.published_at BEGIN
  UPDATE generation SET number = number + 1;
  UPDATE articles SET dated_in = (SELECT number FROM generation) WHERE id = new.id;
END;

-- Every column but those that triggers themselves fill in, `added_in` and `dated_in`.
CREATE TRIGGER articles_changed AFTER UPDATE OF id, key, key_made, uri, title, title_derived,
  standfirst, body, captions, credits, related, subheadings, dateline, source_id, source_derived,
  published_at, published_precision, updated_at, embargoed_until, ingested_at, url, language,
  language_detected, rights, status, correction, version, stated_version, origin, tagger, extra,
  content_hash ON articles BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER sources_changed AFTER UPDATE OF name ON sources BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER sources_deleted AFTER DELETE ON sources BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_authors_inserted AFTER INSERT ON article_authors
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_authors_updated AFTER UPDATE ON article_authors BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_authors_deleted AFTER DELETE ON article_authors BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_topics_inserted AFTER INSERT ON article_topics
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_topics_updated AFTER UPDATE ON article_topics BEGIN
  UPDATE generation SET number = number + 1;
END;
CREATE TRIGGER article_topics_deleted AFTER DELETE ON article_topics BEGIN
  UPDATE generation SET number = number + 1;
END;
