"""What the tests of reports share."""

from pathlib import Path

import pytest

from tests.conftest import CATALOG
from tests.files.test_versions import NAME
from tests.report.pages import EDITED


@pytest.fixture
def edit(home: Path) -> Path:
    """gpt-4o's input rises from $2.50 to $5.00."""
    (home / "old.json").write_text(CATALOG, encoding="utf-8")
    (home / NAME).write_text(EDITED, encoding="utf-8")
    return home
