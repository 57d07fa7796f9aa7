"""The rows of the file and of the reference together: what a row costs elsewhere."""

from itertools import islice

from pricectl.check.evidence import Evidence
from pricectl.check.evidence.negotiated import NegotiatedTerms
from pricectl.check.evidence.offers import (
    Offer,
    called,
    exact_name,
    identity,
    is_same_row,
    seller_of,
)
from pricectl.check.evidence.sellers import Seller
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.money import exact

# More rows of one model say nothing new.
MAX_OTHERS = 200


class Market:
    """All offers of the reference, then those of the file that the reference does not have."""

    def __init__(self, catalog: Catalog, evidence: Evidence) -> None:
        self.evidence = evidence
        self.negotiated = NegotiatedTerms(catalog).of
        self._by_identity: dict[str, list[Offer]] = {}
        self._exact: dict[tuple[str, str], list[Offer]] = {}
        self._by_seller: dict[str, list[Offer]] = {}
        self._sellers: dict[str, Seller] = {}
        reference = evidence.reference
        for model in reference.models if reference else ():
            self._add(Offer(model, called(model), in_reference=True))
        known = reference.by_full_name if reference else {}
        for model in catalog.models:
            if model.full_name not in known and not self.negotiated(model):
                self._add(Offer(model, called(model), in_reference=False))

    def _add(self, offer: Offer) -> None:
        seller, model = seller_of(offer.model), offer.model
        self._by_identity.setdefault(identity(model.name), []).append(offer)
        self._by_seller.setdefault(seller, []).append(offer)
        if offer.in_reference:
            for name in dict.fromkeys(map(exact_name, (model.name, *model.aliases))):
                self._exact.setdefault((seller, name), []).append(offer)

    def listed(self, model: Model) -> Offer | None:
        """What a row is expected to cost: the reference's row for it, or what is negotiated.

        None if the reference has no such row, and no prices are negotiated.
        """
        own, agreed = self._in_reference(model), self.negotiated(model)
        if agreed is None:
            return own
        expected = agreed.listed(model, own.model if own else None)
        if expected:
            return Offer(expected, "negotiated", in_reference=own is not None)
        if own is None or agreed.factor is None:
            return own
        name = f"negotiated ({exact(agreed.factor)} of {own.name})"
        return own._replace(name=name, factor=agreed.factor)

    def _in_reference(self, model: Model) -> Offer | None:
        """The reference's own row for what a row sells; None if it has none."""
        same = self.evidence.reference_row(model)
        if same:
            return Offer(same, self.evidence.reference_name, in_reference=True)
        found = self._exact.get((seller_of(model), exact_name(model.name)))
        if not found:
            return None
        own = min(found, key=lambda offer: exact_name(offer.model.name) != exact_name(model.name))
        return own._replace(name=self.evidence.reference_name)

    def judges_structure(self, model: Model) -> bool:
        """Whether a row is neither as the base has it nor as the reference; False without either.

        Without a base, rows that the reference has are old ones, too.
        """
        given = self.evidence
        if given.base is None and given.reference is None:
            return False
        same = given.base_row(model) if given.base else given.reference_row(model)
        if same is not None and is_same_row(same, model):
            return False
        listed = self.listed(model)
        return listed is None or not is_same_row(listed.model, model)

    def others(self, model: Model) -> tuple[Offer, ...]:
        """Other rows of the same model: its snapshots, its regions, other sellers."""
        found = self._by_identity.get(identity(model.name), ())
        others = (offer for offer in found if offer.model.full_name != model.full_name)
        return tuple(islice(others, MAX_OTHERS))

    def seller(self, model: Model) -> Seller:
        """The rows of the seller of a row."""
        name = seller_of(model)
        if name not in self._sellers:
            self._sellers[name] = Seller(self._by_seller.get(name, ()))
        return self._sellers[name]
