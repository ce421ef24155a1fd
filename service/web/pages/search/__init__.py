"""The search page: what is asked for, what was understood of it, and what was found."""
