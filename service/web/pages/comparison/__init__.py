"""The page of two articles side by side."""
