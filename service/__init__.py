"""Cuttings: full-text search for a news archive in one SQLite file."""

__version__ = "0.1.0"
