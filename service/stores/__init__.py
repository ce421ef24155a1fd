"""The record of truth: articles, the names in them, and what must not be seen yet."""
