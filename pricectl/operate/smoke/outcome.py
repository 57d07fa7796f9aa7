"""What a smoke test came to."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.core import Catalog, Profile
from pricectl.operate.smoke.judging import Result


class Smoked(NamedTuple):
    """A smoke test's results, with what they were compared to."""

    url: str
    api: str
    results: Sequence[Result]
    catalog: Catalog
    profile: Profile

    @property
    def failed(self) -> bool:
        """Whether any call failed."""
        return any(result.outcome == "failed" for result in self.results)

    @property
    def pico_usd(self) -> int:
        """What the calls cost the API's owner, in picodollars, as far as they were answered."""
        return sum(result.pico_usd or 0 for result in self.results)

    @property
    def credits(self) -> int | None:
        """What the calls took from the account; None where the API charges no credits."""
        deducted = [result.credits for result in self.results if result.credits is not None]
        return sum(deducted) if deducted else None
