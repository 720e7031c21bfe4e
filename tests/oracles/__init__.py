"""Four spreadsheet engines that share no code, to recalculate the workbooks.

Each module has `values(book, places)`: what the engine finds in these places of a workbook from
which the cached values have been removed (`planted.without_values`).
"""
