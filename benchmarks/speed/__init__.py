"""How fast searches are beside others that answer the same: `make bench`, `make bench-curve`."""
