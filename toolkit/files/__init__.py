"""Files that are found, read and written: templates, whole files, errors of one line."""
