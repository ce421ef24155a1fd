"""The page of the archive at a glance."""
