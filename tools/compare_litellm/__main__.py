"""`python tools/compare_litellm`: the folder is a program, its modules a package."""

import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1]
sys.path[:1] = [str(TOOLS), str(TOOLS.parent)]

from compare_litellm.command import main  # noqa: E402

sys.exit(main())
