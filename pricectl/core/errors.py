"""Exceptions about prices, each with what happened, where, and what to do next."""


class PricingError(Exception):
    """A pricing question that has no safe answer.

    `what` happened, `where` (a pointer, a file, a name; may be empty) and what to do `next_step`.

    >>> print(PricingError("price is negative", where="/openai/gpt-4o", next_step="drop the sign"))
    /openai/gpt-4o: price is negative; drop the sign
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what, where, next_step)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        message = f"{self.where}: {self.what}" if self.where else self.what
        return f"{message}; {self.next_step}" if self.next_step else message


class DocumentError(PricingError):
    """The text is not one strict JSON document.

    `rule` is a finding's id; `line` and `column` are 1-based and say where the cause stands. What
    is wrong with the document as a whole stands at its beginning; 0 is an unknown place.
    """

    def __init__(
        self, what: str, *, rule: str, line: int = 0, column: int = 0, next_step: str = ""
    ) -> None:
        where = f"line {line}, column {column}" if line else ""
        super().__init__(what, where=where, next_step=next_step)
        self.rule = rule
        self.line = line
        self.column = column


class NotUnderstoodError(ValueError):
    """A structure of a price list has a part that no reader knows; only core raises and catches it.

    `path` is the part's JSON Pointer below the structure.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message


class CatalogError(PricingError):
    """The document is JSON but not a usable catalog."""


class BadUsage(PricingError):
    """The counts cannot have come from a real call."""


class BadProfile(PricingError):
    """An invalid credit setting."""


class UnknownModel(PricingError):
    """Strict, and no row matches the name."""


class UnpricedUnit(PricingError):
    """Strict, and the row has no price for a unit or service."""
