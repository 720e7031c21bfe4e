"""The command line: one file for each command, and the modules that the commands share."""
