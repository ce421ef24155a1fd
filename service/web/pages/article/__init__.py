"""The pages of one article: its text, its versions, and all that is told of them."""
