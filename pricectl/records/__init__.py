"""The record of a charge: all that an explanation needs once the catalog and the settings are gone.

`record_of` writes it beside the charge, `read_record` reads it back and checks that it adds up.
"""

from pricectl.records.explaining import explain_record, present_price
from pricectl.records.reading import Record, read_record
from pricectl.records.values import RECORD_SCHEMA, BadRecord
from pricectl.records.writing import record_of

__all__ = [
    "RECORD_SCHEMA",
    "BadRecord",
    "Record",
    "explain_record",
    "present_price",
    "read_record",
    "record_of",
]
