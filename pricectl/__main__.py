"""`python -m pricectl` and the installed program."""

import sys

from pricectl.exit_codes import INTERRUPTED


def main() -> None:
    """Run the program; an interrupt before it has begun ends it as quietly as one later."""
    try:
        from pricectl.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
