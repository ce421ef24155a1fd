"""The archive over HTTP: the API, the SQL room, and who may use them."""
