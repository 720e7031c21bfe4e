"""Find, read and write files; the error class of the toolkit."""
