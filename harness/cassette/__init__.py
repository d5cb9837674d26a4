"""Cassettes: their file format, their scenario files, and the one-to-one binding of ids between two traces."""
