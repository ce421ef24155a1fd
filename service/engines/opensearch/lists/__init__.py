"""Lists and counts over a whole archive, asked of the cluster: the stores whose answers no few
documents give. What is shown of the few that are found comes off the shelf.
"""
