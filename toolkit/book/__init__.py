"""Workbooks as plain data, and the writer that turns them into .xlsx files."""
