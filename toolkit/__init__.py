"""See deep learning happen in a spreadsheet."""

__version__ = "0.1.0"
