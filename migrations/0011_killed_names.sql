-- What a kill is called in the quarantine, as JSON, until no record there names it any more.

ALTER TABLE erasures ADD COLUMN names TEXT NOT NULL DEFAULT '[]';
