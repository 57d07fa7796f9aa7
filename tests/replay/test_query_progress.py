"""How much of a query is done, told while it runs."""

from threading import Event

import pytest

pytest.importorskip("duckdb")

from pricectl.replay.duckdb_engine import session
from pricectl.replay.query_progress import QueryProgress


def test_a_stage_is_told_and_the_thread_ends_with_it() -> None:
    told: list[tuple[str, float | None]] = []
    shared = Event()

    def tell(words: str, share: float | None = None, rows: int = 0, /) -> None:
        told.append((words, share))
        if share is not None:
            shared.set()
        assert rows == round((share or 0) * 1_000)

    with session() as database, QueryProgress(database, tell, 1_000) as stage:
        stage("adding up")
        database.execute("CREATE TABLE t AS SELECT i FROM range(1000000) r(i)")
        for _ in range(100):  # as long as it takes to be seen once
            database.execute("SELECT sum(a.i * b.i) FROM t a, range(200) b(i)").fetchall()
            if shared.is_set():
                break
    assert told[0] == ("adding up", None)
    shares = [share for _, share in told if share is not None]
    assert shares
    assert all(0 < share <= 1 for share in shares)
