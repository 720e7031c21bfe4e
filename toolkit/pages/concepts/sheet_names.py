"""The names of the sheets that all concepts share."""

CONTENTS, RESULTS = "Contents", "Results"
