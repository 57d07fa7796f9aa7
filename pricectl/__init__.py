"""pricectl keeps a team's LLM price file right, reviewed and running."""

__version__ = "0.1.0"
