"""Adds up the credits of jobs by groups; where a job's calls differ in the group, call by call."""

from collections.abc import Mapping, Sequence
from typing import Any

from pricectl.replay.job_credits import summed_columns
from pricectl.replay.prepared_log import PreparedLog
from pricectl.replay.rating_result import Grouping


def earned_credits(
    log: PreparedLog, groupings: Sequence[Grouping]
) -> dict[Grouping, dict[tuple[Any, ...], dict[str, int]]]:
    """The credits and jobs of each group of each grouping."""
    if not groupings:
        return {}
    dimensions = log.rated.dimensions
    asked = [name for name in dimensions if any(name in grouping for grouping in groupings)]
    found: dict[Grouping, dict[tuple[Any, ...], dict[str, int]]] = {each: {} for each in groupings}
    mixed = set()
    # The bit of a dimension is set where a row is not of a grouping by it, the last one first.
    by_bits = {
        sum(1 << place for place, name in enumerate(reversed(asked)) if name not in each): each
        for each in groupings
    }
    for row in log.connection.rows(_jobs_statement(log, groupings)):
        grouping = by_bits[row["grouping_bits"]]
        places = [dimensions.index(name) for name in grouping]
        if any(row[f"is_mixed_{place}"] for place in places):
            mixed.add(grouping)
        else:
            _add(found[grouping], tuple(row[f"group_{place}"] for place in places), row)
    for grouping in sorted(mixed):
        for row in log.connection.rows(_mixed_statement(log, grouping)):
            values = tuple(row[f"group_{dimensions.index(name)}"] for name in grouping)
            _add(found[grouping], values, row)
    return found


def _add(
    groups: dict[tuple[Any, ...], dict[str, int]], values: tuple[Any, ...], row: Mapping[str, Any]
) -> None:
    sums = groups.setdefault(values, {})
    for name, number in row.items():
        if name == "jobs" or name.startswith("credits_"):
            sums[name] = sums.get(name, 0) + int(number)


def _jobs_statement(log: PreparedLog, groupings: Sequence[Grouping]) -> str:
    dimensions = log.rated.dimensions
    places = sorted({dimensions.index(name) for grouping in groupings for name in grouping})
    engine, summed = log.connection.engine, summed_columns(log.credit_columns)
    job_groups = "".join(
        # A job's calls are of one account.
        f"min(group_{n}) AS group_{n}, FALSE AS is_mixed_{n}, "
        if dimensions[n] == "account"
        else f"min(group_{n}) AS group_{n}, min(group_{n}) <> max(group_{n}) AS is_mixed_{n}, "
        for n in places
    )
    single = ""
    if log.stats.without_job:
        alone = "".join(f"group_{n}, FALSE, " for n in places)
        alone += ", ".join(("used", *summed))
        single = f"UNION ALL SELECT {alone} FROM rated WHERE job IS NULL"  # noqa: S608 - our names
    sets = [
        "("
        + ", ".join(f"group_{n}, is_mixed_{n}" for n in map(log.rated.dimensions.index, each))
        + ")"
        for each in groupings
    ]
    charged = [
        f"sum({column.after(engine, log.rated.profile)}) AS {column.name}"
        for column in log.credit_columns
    ]
    return log.statement(
        "jobs",
        job_groups=job_groups,
        job_key=log.rated.job_key,
        used="TRUE" if log.rated.all_used else "bool_or(used)",
        job_sums=", ".join(
            f"{engine.summed(name, log.rated.number_of(name))} AS job_{name}" for name in summed
        ),
        single_calls=single,
        grouping=" + ".join(
            f"grouping(group_{n}) * {1 << place}" for place, n in enumerate(reversed(places))
        )
        or "0",
        groups="".join(f"group_{n}, is_mixed_{n}, " for n in places),
        credits=", ".join(charged),
        grouping_sets=f"GROUPING SETS ({', '.join(sets)})",
    )


def running_sums(log: PreparedLog) -> str:
    """The sums of a job before and after each of its calls."""
    summed = summed_columns(log.credit_columns)
    parts = ["count(CASE WHEN used THEN 1 END) OVER so_far > 0 AS after_used"]
    parts.append(
        "count(CASE WHEN used THEN 1 END) OVER so_far > CASE WHEN used THEN 1 ELSE 0 END"
        " AS before_used"
    )
    for name in summed:
        so_far = log.connection.engine.summed(name, log.rated.number_of(name), window="so_far")
        parts.append(f"{so_far} AS after_{name}")
        # In parentheses: Spark takes what follows a window's name for a part of it.
        parts.append(f"({so_far}) - {name} AS before_{name}")
    return ", ".join(parts)


def _mixed_statement(log: PreparedLog, grouping: Grouping) -> str:
    places = [log.rated.dimensions.index(name) for name in grouping]
    columns = log.credit_columns
    return log.statement(
        "mixed_jobs",
        is_mixed=" OR ".join(f"min(group_{n}) <> max(group_{n})" for n in places),
        running_sums=running_sums(log),
        groups="".join(f"group_{n}, " for n in places),
        credits=", ".join(
            f"{column.added(log.connection.engine, log.rated.profile)} AS {column.name}"
            for column in columns
        ),
        sums=", ".join(f"sum({column.name}) AS {column.name}" for column in columns),
        positions=", ".join(str(place + 1) for place in range(len(places))),
    )
