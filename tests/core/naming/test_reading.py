import pytest

from pricectl.core.naming.reading import is_reseller, read_name, seller_of
from pricectl.core.naming.sizes import size_class
from pricectl.core.naming.words import areas_of, day_in, model_key


@pytest.mark.parametrize(
    ("name", "seller", "maker", "region", "base"),
    [
        ("", "", "", "", ""),
        ("/", "", "", "", ""),
        ("foo/gpt-4o", "", "", "", "foo/gpt-4o"),
        ("projects/p", "", "", "", "projects/p"),
        ("projects/p/locations/us-central1/endpoints/7", "vertex", "", "us-central1", "7"),
        ("publishers/google/models/g", "vertex", "google", "", "g"),
        ("accounts/acme/models/m", "", "", "", "accounts/acme/models/m"),
        ("azure/us-gov/o3", "azure", "", "us-gov", "o3"),
        ("azure/eu-west-9x/o3", "azure", "", "", "eu-west-9x/o3"),
        ("bedrock/*/1-month-commitment/cohere.c", "bedrock", "cohere", "*", "c"),
        ("bedrock/claude_platform/claude-x", "anthropic", "", "", "claude-x"),
        ("openrouter/azure/m", "azure", "", "", "m"),
        ("bedrock/preset/m", "bedrock", "", "", "preset/m"),
        ("perplexity/perplexity/m", "gateway", "", "", "m"),
        ("together_ai/together/m", "together", "", "", "m"),
        (
            "arn:aws:bedrock:us-east-1:1:custom-model/x",
            "",
            "",
            "",
            "arn:aws:bedrock:us-east-1:1:custom-model/x",
        ),
        ("arn:aws:s3:::bucket/x", "", "", "", "arn:aws:s3:::bucket/x"),
        ("us.gpt-x", "", "", "", "us.gpt-x"),
        ("us.acme.gpt-x", "", "", "", "us.acme.gpt-x"),
        ("anthropic.", "", "", "", "anthropic."),
        ("gpt-4.1", "", "", "", "gpt-4.1"),
        ("kimi-k2p6", "fireworks", "", "", "kimi-k2p6"),
        ("gpt-oss:20b", "local", "", "", "gpt-oss:20b"),
        ("gpt-oss:latest", "local", "", "", "gpt-oss:latest"),
        ("gpt-4o:latest", "", "", "", "gpt-4o:latest"),
        ("mixtral:8x7b", "local", "", "", "mixtral:8x7b"),
        ("llama3:q4_K_M", "local", "", "", "llama3:q4_k_m"),
        ("mistralai/m:latest", "gateway", "mistral", "", "m:latest"),
        ("azure/us/eu/o3", "azure", "", "us", "eu/o3"),
        ("publishers/acme/models/g", "", "", "", "publishers/acme/models/g"),
    ],
)
def test_a_name_says(name: str, seller: str, maker: str, region: str, base: str) -> None:
    reading = read_name(name)
    assert (reading.seller, reading.maker, reading.region) == (seller, maker, region)
    assert reading.base == base


def test_a_section_of_the_catalog_is_a_seller() -> None:
    assert read_name("my-proxy/m", frozenset({"my-proxy"})).seller == "my-proxy"
    assert (seller_of("My-Proxy"), seller_of("FIREWORKS_AI")) == ("my-proxy", "fireworks")
    assert is_reseller("bedrock")
    assert not is_reseller("my-proxy")


@pytest.mark.parametrize(
    ("name", "bases"),
    [
        ("m-high-latest", ["m-high-latest", "m-high", "m"]),
        ("m:high", ["m:high", "m"]),
        ("m-nitro", ["m-nitro"]),  # routing stands behind a colon only
        ("m-v1", ["m-v1"]),
        ("bedrock/m-v1", ["m-v1", "m"]),
        ("bedrock/m:200k", ["m:200k", "m"]),
        ("titan-v2:0", ["titan-v2:0"]),  # v2 alone may be a version
        ("m-20240620-v2:0", ["m-20240620-v2:0", "m-20240620", "m"]),
        ("m-0613", ["m-0613"]),
        ("fireworks_ai/m-fast", ["m-fast", "m"]),
        ("m-us", ["m-us"]),
        ("-latest", ["-latest"]),
        ("@default", ["@default"]),
        ("ft:m:acme", ["ft:m"]),
        ("m" + "-latest" * 9, ["m" + "-latest" * count for count in range(9, 2, -1)]),
    ],
)
def test_endings_are_taken_off_one_by_one(name: str, bases: list[str]) -> None:
    assert [shorter.base for shorter in read_name(name).shorter_names()] == bases


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("llama-v3p3-70b-instruct", "Llama-3.3-70B-Instruct"),
        ("meta-llama-3.1-8b", "llama3-1-8b"),
        ("claude-4.5-haiku", "claude-haiku-4-5"),
        ("gpt-35-turbo", "gpt-3.5-turbo"),
        ("qwen2p5-72b", "Qwen2.5-72B"),
    ],
)
def test_spellings_of_one_model_have_one_key(one: str, other: str) -> None:
    assert model_key(one) == model_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gpt-4.1", "gpt-41"),
        ("gpt-4o", "gpt-4o+"),
        ("m-32b", "m-3-2b"),
        ("o3", "o3-mini"),
        ("a", ""),
    ],
)
def test_other_models_have_other_keys(one: str, other: str) -> None:
    assert model_key(one) != model_key(other)


@pytest.mark.parametrize(
    ("base", "row"),
    [
        ("qwen3-0p6b", "fireworks-ai-up-to-4b"),
        ("m-3b", "fireworks-ai-up-to-4b"),
        ("m-4b", "fireworks-ai-4.1b-to-16b"),  # the page: 4B to 16B
        ("m-16b", "fireworks-ai-4.1b-to-16b"),
        ("m-16.5b-chat", "fireworks-ai-above-16b"),
        ("m-405b", "fireworks-ai-above-16b"),
        ("mixtral-8x7b-instruct", "fireworks-ai-moe-up-to-56b"),
        ("qwen3-30b-a3b", "fireworks-ai-moe-up-to-56b"),
        ("qwen3-235b-a22b", ""),  # larger than every class
        ("qwen3-embedding-4b", ""),
        ("yi-large", ""),
    ],
)
def test_a_size_has_the_class_that_fireworks_publishes(base: str, row: str) -> None:
    assert size_class(base) == row


def test_days_and_areas() -> None:
    assert [day_in(name) for name in ("m-10-2025", "m-2025-10", "m@20251001", "m-1234")] == [
        "202510",
        "202510",
        "20251001",
        "",
    ]
    assert areas_of("ap-northeast-1") == ("jp", "apac")
    assert areas_of("mars") == ()
