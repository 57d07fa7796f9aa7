"""`python -m pricectl`. Floor 3."""

from pricectl.cli import main

main()
