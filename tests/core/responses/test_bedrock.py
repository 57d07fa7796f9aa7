"""Bedrock's Converse: cache writes by lifetime."""

import pytest

from pricectl.core import Usage
from pricectl.core.responses import read_response


@pytest.mark.parametrize("lifetime", ["5m", "10m", "", "24h"])
def test_an_hour_is_the_only_cache_lifetime_counted_separately(lifetime: str) -> None:
    details = [{"ttl": lifetime, "inputTokens": 3}, {"ttl": "1h", "inputTokens": 4}]
    usage = {"inputTokens": 1, "cacheWriteInputTokens": 7, "cacheDetails": details}
    assert read_response({"usage": usage}).usage == Usage(
        8, cache_write_tokens=3, cache_write_1h_tokens=4
    )
