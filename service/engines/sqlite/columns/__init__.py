"""Columns over the archive: what selecting, ranking and counting many articles at once takes.

FTS5 and joins cost by the match; the same from flat arrays costs a hundredth. The arrays rest in
the archive file as blobs, a segment of articles each, and every one can be made anew from the rows.
"""
