"""Records with named fields: JSON, tables, ninjs, JSON Feed; and how names are read."""
