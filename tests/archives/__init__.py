"""Archives of every release, and what makes the next one."""
