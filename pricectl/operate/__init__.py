"""Around a deploy: the check before, the smoke test after, logs, status, rollback."""
