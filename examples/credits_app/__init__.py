"""An API that resells calls to models for credits: prices from pricectl, balances in SQLite."""
