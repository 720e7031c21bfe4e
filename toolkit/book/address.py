"""How cells, areas and sheets are called in formulas."""

Area = tuple[int, int, int, int]  # row, column, last row, last column


def letters(column: int) -> str:
    """The letters of a column numbered from 1: A, B, … Z, AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def reach(area: Area) -> str:
    """An area's address: B2:C5, or B2 where it is one cell."""
    row, column, last_row, last_column = area
    first, last = f"{letters(column)}{row}", f"{letters(last_column)}{last_row}"
    return first if first == last else f"{first}:{last}"


def quoted(sheet: str) -> str:
    """A sheet's name as a formula writes it, always in quotes: they never do harm."""
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"
