"""The editor's desk: the merge queue, the forms of one entity, and the log."""
