"""Working copies: what a change of the archive looks at, laid into a database in memory, and what
the same functions as on a file have made of it. For archives that no process has as a file.
"""
