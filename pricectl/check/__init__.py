"""Is this catalog right? Its text against the schema and the rules, with exact positions."""
