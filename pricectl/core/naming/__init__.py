"""What a name that a client sends says: seller, model, region, service, variant, revision."""
