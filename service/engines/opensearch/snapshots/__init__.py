"""Snapshots of an archive in the cluster: taken while others write, and restored under a name."""
