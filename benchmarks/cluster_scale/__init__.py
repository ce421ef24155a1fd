"""The same archive in a file and in a cluster: what the second costs, and how it grows."""
