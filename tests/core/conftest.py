"""What every test shares."""

from hypothesis import settings

# The same examples on every machine, however slow it is.
settings.register_profile("pricectl", max_examples=100, deadline=None, derandomize=True)
settings.load_profile("pricectl")
