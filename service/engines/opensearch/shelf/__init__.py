"""The shelf in a cluster: documents of an archive in its indices, changed all at once by whoever
is the first to write the next number.
"""
