"""Plain text as newsrooms save it: a story with its furniture around it, told apart by rules."""
