"""A replay for a spreadsheet and for other programs: its groups as CSV and as Parquet."""

import csv
from collections.abc import Iterator
from fractions import Fraction
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pricectl.core.money import exact_usd, usd
from pricectl.replay.calls import quoted, text_literal
from pricectl.replay.duckdb_engine import create_table, session
from pricectl.replay.price_files import BASE, NEW
from pricectl.replay.run import ReplayResult
from pricectl.report.charged_tables import charged_document
from pricectl.report.formats.csv_lines import cell

_COUNTS = ("calls", "requests", "jobs", "input_tokens", "output_tokens", "stated_calls")

_JOB_COLUMNS = {
    **dict.fromkeys(("account", "job", "mode"), "VARCHAR"),
    **dict.fromkeys(("charged_credits", "right_credits", "difference_credits"), "BIGINT"),
    "refunded_credits": "BIGINT",
    **dict.fromkeys(("booked_usd", "right_usd"), "VARCHAR"),
    **dict.fromkeys(("repriced_calls", "kept_calls"), "BIGINT"),
}


def _columns(result: ReplayResult) -> dict[str, str]:
    """The columns with their types: the group, its counts, then what each side costs.

    Where charges were compared: the jobs.
    """
    if result.charged:
        return dict(_JOB_COLUMNS)
    sides = (BASE, NEW) if result.files.base else (NEW,)
    columns = {"group_by": "VARCHAR", "key": "VARCHAR", **dict.fromkeys(_COUNTS, "BIGINT")}
    columns["stated_usd"] = "VARCHAR"
    for side in sides:
        costs = ("list_cost_usd", "provider_cost_usd", "client_cost_usd")
        columns |= dict.fromkeys((f"{side}_{name}" for name in costs), "VARCHAR")
        columns |= {f"{side}_credits_{mode}": "BIGINT" for mode in result.modes}
    return columns


def _lines(result: ReplayResult) -> Iterator[tuple[Any, ...]]:
    """The total, then a line for each group, or one for each job; money is exact."""
    if result.charged:
        for job in charged_document(result.charged)["jobs"]:
            yield tuple(job[name] for name in _JOB_COLUMNS)
        return
    sides = (BASE, NEW) if result.files.base else (NEW,)
    for by, group in (("", result.total), *((result.request.by, one) for one in result.groups)):
        line = [by, ", ".join(group.values), *(getattr(group, name) for name in _COUNTS)]
        line.append(usd(group.stated_pico_usd) if group.stated_calls else None)
        for side in sides:
            found = group.sides[side]
            line += [
                usd(found.pico_usd),
                exact_usd(Fraction(found.contract_pico_usd)),
                exact_usd(Fraction(found.customer_pico_usd)),
                *(found.credits[mode] for mode in result.modes),
            ]
        yield tuple(line)


def as_csv(result: ReplayResult) -> str:
    """A line for the total and one for each group."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_columns(result))
    writer.writerows(map(cell, line) for line in _lines(result))
    return out.getvalue()


def as_parquet(result: ReplayResult) -> bytes:
    """The lines of the CSV file with types; amounts are texts of exact dollars."""
    columns = {quoted(name): kind for name, kind in _columns(result).items()}
    with session() as database, TemporaryDirectory(prefix="pricectl-") as folder:
        target = Path(folder) / "groups.parquet"
        create_table(database, "groups", columns, list(_lines(result)))
        database.execute(f"COPY groups TO {text_literal(str(target))} (FORMAT parquet)")
        return target.read_bytes()
