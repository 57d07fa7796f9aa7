"""Reads the record of a charge from a file or from standard input."""

from pricectl.core import document
from pricectl.core.errors import DocumentError
from pricectl.files import catalog_file
from pricectl.records import BadRecord, Record, read_record

# Where an answer over HTTP carries the record.
MEMBER = "record"


def load_record(name: str) -> Record:
    """The one record in a file of JSON or JSON lines; "-" is standard input.

    A JSON object with a member `record`, such as an answer of the router, holds it there.

    Raises:
        Unavailable: the file cannot be read.
        BadRecord: it is not one record, or the record is damaged.
    """
    data, source = catalog_file.read(name)
    lines = [line for line in data.splitlines() if line.strip()]
    try:
        value = document.parse(data)
    except DocumentError as error:
        if len(lines) > 1 and all(line.lstrip().startswith(b"{") for line in lines):
            step = "pass the line of one charge"
            raise BadRecord(f"has {len(lines)} records", where=source, next_step=step) from None
        where = f"{source}: {error.where}" if error.where else source
        step = error.next_step or "pass the record as the service wrote it"
        raise BadRecord(f"is not JSON: {error.what}", where=where, next_step=step) from None
    if isinstance(value, dict) and isinstance(value.get(MEMBER), dict):
        value = value[MEMBER]
    if isinstance(value, list):
        raise BadRecord(f"has {len(value)} records", where=source, next_step="pass one")
    try:
        return read_record(value)
    except BadRecord as error:  # which says where in the record, not in which file
        where = f"{source}: {error.where}"
        raise BadRecord(error.what, where=where, next_step=error.next_step) from None
