-- The words of the archive, each with the number of articles that have it, to complete and to
-- correct what people type. FTS5 knows them too, but counts a word by reading all of its postings:
-- at a hundred thousand articles the words that begin with s take it 20 ms.

CREATE TABLE words (
  word TEXT PRIMARY KEY,
  articles INTEGER NOT NULL
) WITHOUT ROWID;

-- Those with letters that FTS5 leaves as they are, by how they are written without: service/letters.py
-- has the same table. It is applied in two halves, since older versions of SQLite nest no deeper.
-- Beside them, the Latin words in what is glued to a script without spaces (`bts` in `bts는`), which
-- the service files.
CREATE TABLE words_folded (
  folded TEXT NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (folded, word)
) WITHOUT ROWID;
CREATE INDEX words_folded_by_word ON words_folded(word);

CREATE TRIGGER words_inserted AFTER INSERT ON words
WHEN new.word GLOB '*[ßæǽœøǿđðþłŀħıĳŋŧəɓɗƙﬀﬁﬂﬃﬄﬆёάέήίόύώϊϋΐΰйїўأإآىة]*'
  OR instr(new.word, char(173)) BEGIN
  INSERT OR IGNORE INTO words_folded (folded, word) SELECT
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(half,
    'ﬃ', 'ffi'), 'ﬄ', 'ffl'), 'ﬆ', 'st'), 'ё', 'е'), 'ά', 'α'), 'έ', 'ε'), 'ή', 'η'), 'ί', 'ι'),
    'ό', 'ο'), 'ύ', 'υ'), 'ώ', 'ω'), 'ϊ', 'ι'), 'ϋ', 'υ'), 'ΐ', 'ι'), 'ΰ', 'υ'), 'й', 'и'),
    'ї', 'і'), 'ў', 'у'), 'أ', 'ا'), 'إ', 'ا'), 'آ', 'ا'), 'ى', 'ي'), 'ة', 'ه'), char(173), ''), new.word
  FROM (SELECT
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(new.word,
    'ß', 'ss'), 'æ', 'ae'), 'ǽ', 'ae'), 'œ', 'oe'), 'ø', 'o'), 'ǿ', 'o'), 'đ', 'd'), 'ð', 'd'),
    'þ', 'th'), 'ł', 'l'), 'ŀ', 'l'), 'ħ', 'h'), 'ı', 'i'), 'ĳ', 'ij'), 'ŋ', 'ng'), 'ŧ', 't'),
    'ə', 'a'), 'ɓ', 'b'), 'ɗ', 'd'), 'ƙ', 'k'), 'ﬀ', 'ff'), 'ﬁ', 'fi'), 'ﬂ', 'fl') AS half);
END;
CREATE TRIGGER words_deleted AFTER DELETE ON words BEGIN
  DELETE FROM words_folded WHERE word = old.word;
END;

CREATE VIRTUAL TABLE articles_vocabulary USING fts5vocab('articles_words', 'row');
CREATE VIRTUAL TABLE pieces_vocabulary USING fts5vocab('articles_pieces', 'row');
INSERT INTO words (word, articles) SELECT term, doc FROM articles_vocabulary;

-- One article at a time is laid here, so that its words are told apart exactly as in the index.
CREATE VIRTUAL TABLE words_draft USING fts5(
  title, standfirst, body, captions, credits,
  content='', detail=none, tokenize="unicode61 remove_diacritics 2 tokenchars '­'"
);
CREATE VIRTUAL TABLE words_of_draft USING fts5vocab('words_draft', 'row');

CREATE TRIGGER articles_words_inserted AFTER INSERT ON articles
WHEN (SELECT in_bulk FROM generation) IS NOT 1 BEGIN
  INSERT INTO words_draft(rowid, title, standfirst, body, captions, credits)
  VALUES (1, new.title, new.standfirst, new.body, new.captions, new.credits);
  INSERT INTO words (word, articles) SELECT term, 1 FROM words_of_draft WHERE true
  ON CONFLICT (word) DO UPDATE SET articles = articles + 1;
  INSERT INTO words_draft(words_draft) VALUES ('delete-all');
END;

CREATE TRIGGER articles_words_deleted AFTER DELETE ON articles BEGIN
  INSERT INTO words_draft(rowid, title, standfirst, body, captions, credits)
  VALUES (1, old.title, old.standfirst, old.body, old.captions, old.credits);
  UPDATE words SET articles = articles - 1 WHERE word IN (SELECT term FROM words_of_draft);
  DELETE FROM words WHERE articles = 0 AND word IN (SELECT term FROM words_of_draft);
  INSERT INTO words_draft(words_draft) VALUES ('delete-all');
END;

CREATE TRIGGER articles_words_changed
AFTER UPDATE OF title, standfirst, body, captions, credits ON articles
WHEN new.title <> old.title OR new.standfirst IS NOT old.standfirst OR new.body <> old.body
  OR new.captions <> old.captions OR new.credits <> old.credits BEGIN
  INSERT INTO words_draft(rowid, title, standfirst, body, captions, credits)
  VALUES (1, new.title, new.standfirst, new.body, new.captions, new.credits);
  INSERT INTO words (word, articles) SELECT term, 1 FROM words_of_draft WHERE true
  ON CONFLICT (word) DO UPDATE SET articles = articles + 1;
  INSERT INTO words_draft(words_draft) VALUES ('delete-all');
  INSERT INTO words_draft(rowid, title, standfirst, body, captions, credits)
  VALUES (1, old.title, old.standfirst, old.body, old.captions, old.credits);
  UPDATE words SET articles = articles - 1 WHERE word IN (SELECT term FROM words_of_draft);
  DELETE FROM words WHERE articles = 0 AND word IN (SELECT term FROM words_of_draft);
  INSERT INTO words_draft(words_draft) VALUES ('delete-all');
END;
