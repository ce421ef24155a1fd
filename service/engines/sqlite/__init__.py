"""The engine inside the archive file: FTS5 and plain SQL."""
