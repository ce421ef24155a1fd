"""The segments of the text indexes, merged in steps between which others may write.

FTS5 merges a little with every write, so that there are never many; but one segment is read in half
the time of ten, and what was deleted is gone from it. FTS5's own `optimize` would lock the archive
for half a minute at a million articles.
"""

from service.database import Database

TEXT_INDEXES = (
    *("articles_fts", "articles_words", "articles_pieces"),
    *("versions_fts", "versions_words", "versions_pieces"),
)
# The first call with a negative number takes up all segments, each further one goes on with them.
MERGE = "INSERT INTO {index}({index}, rank) VALUES ('merge', :pages)"
# So many pages take some hundredths of a second.
PAGES = 500
SEGMENTS = "SELECT count(DISTINCT segid) FROM {index}_idx"


def optimize_in_steps(database: Database) -> None:
    """Make each index one segment; what is one already costs nothing."""
    for index in TEXT_INDEXES:
        with database.read() as conn:
            (segments,) = conn.execute(SEGMENTS.replace("{index}", index)).fetchone()
        if segments > 1:
            merge_segments(database, index)


def merge_segments(database: Database, index: str) -> None:
    """Write an index anew as one segment without what was deleted, a transaction a step."""
    pages = -PAGES
    while True:
        with database.write() as conn:
            before = conn.total_changes
            conn.execute(MERGE.replace("{index}", index), {"pages": pages})
            done = conn.total_changes - before
        if done < 2:  # FTS5's own way of saying that nothing was left to merge
            return
        pages = PAGES
