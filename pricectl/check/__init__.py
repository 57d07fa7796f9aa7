"""Is this catalog right? Its text against the schema and the rules, with exact positions.

Import `validate` from `pricectl.check.validation`: this file imports nothing, so that whoever needs
a position or a severity (a quote, a diff) does not load the rules.
"""
