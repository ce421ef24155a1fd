"""The service under kills, load, greedy clients and backups, held against a ledger of all that was
sent and acknowledged. `make soak` runs it whole, tests/test_soak.py in short.
"""
