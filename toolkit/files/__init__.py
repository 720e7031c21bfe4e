"""Find, read and write files; the exception for errors that users can correct."""
