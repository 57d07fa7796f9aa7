"""Whether a catalog may be deployed: every check at once, each with what it saw."""

from pricectl.operate.deploy_check.assess import assess

__all__ = ["assess"]
