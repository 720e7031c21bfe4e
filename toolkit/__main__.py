"""`python -m toolkit`, and what the installed command `toolkit` calls."""

import sys


def main() -> None:
    """Run the program; Ctrl-C while its modules are imported ends it without a stack trace."""
    try:
        from toolkit.commands.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
