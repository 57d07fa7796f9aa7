"""Is this catalog right? Its text against the schema and the rules, with exact positions."""

from pricectl.check.validation import Validation, ValidationReport, validate

__all__ = ["Validation", "ValidationReport", "validate"]
