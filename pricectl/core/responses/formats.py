"""What a response format is, and the reading that is put together by it."""

from collections.abc import Callable
from typing import NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.responses.count_table import Amount, CountTable, UnreadMember, unread_numbers
from pricectl.core.responses.values import MAX_TEXT
from pricectl.core.usage import MAX_COUNT, Usage

# What a reading can say about itself; the runtime flags its answers with the same words.
ENDED_EARLY = "ended-early"
GATEWAY_CACHE = "gateway-cache"
OTHER_SERVICE = "other-service"


class Round(NamedTuple):
    """One of several requests that a response is the sum of, each at its own context tier.

    `model` is empty if it is the response's own; `kind` is the provider's word for the round.
    """

    usage: Usage
    model: str = ""
    kind: str = ""


class Reading(NamedTuple):
    """What a response says about the call.

    `provider`, `service` and `region` are empty if the body does not say; `reported_pico_usd` is a
    cost that it states itself; `signals` are billable things that no unit of `usage` counts.
    `flags` say what a reader of the cost must know: "ended-early" (a lower bound), "gateway-cache"
    (a gateway answered out of its cache, so that nothing was charged). `rounds` are the requests
    that `usage` is the sum of, if the response lists several; `requests` is their number where the
    response states only the sum. `service` is what is charged; `asked_service` is what the caller
    or the body says was asked for. `other_stated_service` is what the body says served the call
    where that is not charged: "" if it does not say, the standard one for a batch.
    """

    usage: Usage
    model: str = ""
    provider: str = ""
    service: str = ""
    region: str = ""
    reported_pico_usd: int | None = None
    signals: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()
    requests: int = 1
    asked_service: str = ""
    other_stated_service: str | None = None

    @property
    def stated_service(self) -> str:
        """The service that served the call, as the body says; empty if it does not say."""
        return self.service if self.other_stated_service is None else self.other_stated_service


class Stated(NamedTuple):
    """What an envelope says of a call in its own words, each empty if it does not say."""

    model: str = ""
    provider: str = ""
    service: str = ""
    asked_service: str = ""
    region: str = ""
    cost: tuple[str, object] | None = None
    flags: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()


class UsageLocation(NamedTuple):
    """A usage object, its format, the body it stands in, the envelope around it, all events.

    `stated` is what a known envelope says beside the usage; it wins over the body. `kind` is what
    kind of round it is, where a response has several.
    """

    usage: object
    format: "ResponseFormat"
    body: object
    envelope: object
    bodies: tuple[object, ...]
    stated: Stated = Stated()
    kind: str = ""


class RoundCounts(NamedTuple):
    """The counts of one round of a response, by the arguments of `Usage`."""

    kind: str
    model: str
    counts: dict[str, int]


class ReadingBuilder:
    """A reading that is being put together from the usage at a location.

    `has_no_hints`: only the model's name and the id can tell who served the call, and how.
    """

    def __init__(self, location: UsageLocation, *, forgiving: bool = False) -> None:
        self.location = location
        self.usage, _, self.body, self.envelope, self.bodies, self.stated, _ = location
        self.forgiving = forgiving
        self.model = ""
        self.provider = ""
        self.has_no_hints = False
        self.counts: dict[str, int] = {}
        self.signals: dict[str, None] = dict.fromkeys(self.stated.signals)
        self.flags: dict[str, None] = dict.fromkeys(self.stated.flags)
        self.rounds: list[RoundCounts] = []
        self.requests = 1
        self._amounts: list[Amount] = []

    def add(self, name: str, amount: int) -> None:
        """Count more of something (or less, where a part is taken out of its whole)."""
        self.counts[name] = self.counts.get(name, 0) + amount

    def count(self, name: str) -> int:
        """How much of something was counted so far."""
        return self.counts.get(name, 0)

    def take(self, name: str) -> int:
        """Remove and return a count that is not an argument of `Usage`."""
        return self.counts.pop(name, 0)

    def fill(self, table: CountTable, node: object = None) -> None:
        """Count what the fields of a table find in the usage, or in a node of it.

        Numbers that speak of tokens and that the table does not know become signals. Raises
        BadUsage for an invalid count.
        """
        counts = self.counts
        unread: list[UnreadMember] = []
        usage = self.usage if node is None else node
        amounts = table.amounts(usage, unread, forgiving=self.forgiving)
        self._amounts += amounts
        for line, amount, _ in amounts:
            for name, sign in line.counts:
                counts[name] = counts.get(name, 0) + sign * amount
            for name in line.signals:
                self.signal(name, amount)
        if unread:
            self._report(unread)

    def source(self, name: str) -> str:
        """Where the usage states an argument of `Usage`, for messages."""
        for line, _, where in self._amounts:
            if (name, 1) in line.counts:
                return where
        return name

    def _report(self, unread: list[UnreadMember]) -> None:
        """Signal the numbers that speak of tokens among members that nothing reads."""
        for path, number in unread_numbers(unread).items():
            # A foreign number may be too long to be written out.
            too_large = isinstance(number, int) and abs(number) > MAX_COUNT
            self.signal(path, "too large" if too_large else f"{number}"[:MAX_TEXT])

    def signal(self, name: str, amount: object) -> None:
        """Report something billable that there is no unit for."""
        self.signals[f"{name}={amount}"] = None

    def refuse(self, what: str, where: str) -> None:
        """Raise BadUsage for counts that contradict each other; if forgiving, do nothing."""
        if not self.forgiving:
            raise BadUsage(
                what, where=where, next_step="is the usage complete and of one response?"
            )


class ResponseFormat(NamedTuple):
    """How one API of a provider, or of several, states what a call used.

    A usage object with one of the `marks` is of this format, and it stands in one of the
    `usage_members` of a body (or is the body). Without the member `required` there is nothing to
    charge. `provider` is who serves all responses of the format; "" if several do. `finish` does
    what a table cannot express. `body_members` are the other members of a body that is a usage
    itself; None if it may have any. Marks of a `generic` format are in other formats, too, so its
    zeros choose nothing.
    """

    name: str
    marks: tuple[str, ...]
    table: CountTable
    required: str = ""
    provider: str = ""
    finish: Callable[[ReadingBuilder], None] | None = None
    usage_members: tuple[str, ...] = ("usage",)
    body_members: tuple[str, ...] | None = ()
    generic: bool = False
