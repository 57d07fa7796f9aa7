"""Usage logs to rated calls: what a log's calls cost by a catalog, exactly."""
