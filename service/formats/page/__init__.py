"""Web pages: the text, and what a page states of itself."""
