"""OpenSearch itself as three processes on this machine, which tests may kill and start again.
`make cluster` keeps one running to work with; fixtures.py gives the tests one of their own.
"""
