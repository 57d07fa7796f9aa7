"""The calculator that production imports: pure, exact, standard library only.

>>> from pricectl.core import Catalog, Usage, quote
>>> catalog = Catalog.load('{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}')
>>> quote(catalog, "gpt-4o", Usage(1000)).pico_usd
2500000000
"""

from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.credits import (
    MODES,
    Job,
    Mode,
    charge,
    client_cost,
    exact_credits,
    job_credits,
)
from pricectl.core.errors import (
    BadProfile,
    BadUsage,
    CatalogError,
    DocumentError,
    PricingError,
    UnknownModel,
    UnpricedUnit,
)
from pricectl.core.lookup import find, require, trace
from pricectl.core.model import Match, Model
from pricectl.core.money import usd, usd_per_mtok
from pricectl.core.priced_call import Line, Quote
from pricectl.core.profile import Profile
from pricectl.core.upper_bound import ANY, UpperBound, upper_bound
from pricectl.core.usage import Usage

__all__ = [
    "ANY",
    "MODES",
    "BadProfile",
    "BadUsage",
    "Catalog",
    "CatalogError",
    "DocumentError",
    "Job",
    "Line",
    "Match",
    "Mode",
    "Model",
    "PricingError",
    "Profile",
    "Quote",
    "UnknownModel",
    "UnpricedUnit",
    "UpperBound",
    "Usage",
    "charge",
    "client_cost",
    "exact_credits",
    "find",
    "job_credits",
    "quote",
    "require",
    "trace",
    "upper_bound",
    "usd",
    "usd_per_mtok",
]
