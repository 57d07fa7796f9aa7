"""What can be wrong with a catalog that is compared with no other; one file a family of rules."""
