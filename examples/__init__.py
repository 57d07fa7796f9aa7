"""Programs that show pricectl at work."""
