"""Workbooks as plain data, and the writer."""
