"""The prices of a model over time, and the changes of a catalog: versions in, a timeline out."""
