"""The search seam over an OpenSearch cluster; its words stand in this folder alone."""
