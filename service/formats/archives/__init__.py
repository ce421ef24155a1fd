"""Archives and crawls: documents in documents, unpacked as they stream by."""
