"""`python -m toolkit`."""

from toolkit.commands.cli import main

if __name__ == "__main__":
    main()
