"""`GET /v1/quote`: the command line's JSON, with clear answers to bad questions."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pricectl.core import Profile, Usage
from pricectl.policy import Policy
from pricectl.router import make_router
from pricectl.runtime import Pricing
from tests.conftest import ROOT, Run
from tests.router.conftest import BEARER, client_of

SCHEMA = json.loads((ROOT / "schemas/quote.schema.json").read_text(encoding="utf-8"))
CUSTOMER_SCHEMA = json.loads(
    (ROOT / "schemas/customer-quote.schema.json").read_text(encoding="utf-8")
)


def ask(client: TestClient, code: int = 200, **params: Any) -> dict[str, Any]:
    """With the token."""
    asked = {"model": "gpt-4o", "input": 1000, **params}
    answer = client.get("/v1/quote", params=asked, headers=BEARER)
    assert answer.status_code == code, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_endpoint_answers_like_the_command_line(client: TestClient, run: Run) -> None:
    words = "--cached 800 --unit search=2 --service batch --markup 30 --calls 3 --at 2026-11-20"
    cli = run("quote", "gpt-4o", "1000", "500", *words.split(), "-o", "json")
    http = ask(
        client,
        output=500,
        cached=800,
        unit="search=2",
        service="batch",
        markup=30,
        calls=3,
        at="2026-11-20",
    )
    assert http == json.loads(cli.stdout)
    jsonschema.validate(http, SCHEMA)


def test_the_cost_and_credits_are_correct(client: TestClient) -> None:
    # 200 x $2.50 + 800 x $1.25 + 500 x $10 per 1M = $0.0005 + $0.001 + $0.005
    found = ask(client, output=500, cached=800, credits_per_dollar=1000)
    assert found["provider_cost_usd"] == "0.0065"
    # $0.0065 x 1000 = 6.5, up: 7
    assert found["credits"]["consumption_usd"] == 7


def test_every_count_is_a_part_of_its_total(client: TestClient) -> None:
    parts = {
        "cached": 1,
        "cache_write": 2,
        "cache_write_1h": 3,
        "audio_in": 4,
        "reasoning": 5,
        "audio_out": 6,
    }
    lines = {line["unit"]: line["quantity"] for line in ask(client, output=100, **parts)["lines"]}
    # 1000 - 1 - 2 - 3 - 4 and 100 - 5 - 6
    assert lines == {
        "input": 990,
        "cache_read": 1,
        "cache_write": 2,
        "cache_write_1h": 3,
        "input_audio": 4,
        "output": 89,
        "reasoning": 5,
        "output_audio": 6,
    }


def test_a_dated_price_is_the_one_of_the_day(client: TestClient) -> None:
    old = ask(client, model="gemini-2.5-pro", at="2026-12-31")
    new = ask(client, model="gemini-2.5-pro", at="2027-01-01")
    assert (old["provider_cost_usd"], new["provider_cost_usd"]) == ("0.00125", "0.002")


def test_divisible_units_may_have_decimals(client: TestClient) -> None:
    found = ask(client, unit=["input_second=12.5", "page=3"])
    quantities = {line["unit"]: line["quantity"] for line in found["lines"]}
    assert (quantities["input_second"], quantities["page"]) == (12.5, 3)


def test_a_profile_of_the_settings_can_be_chosen(file: Path) -> None:
    rich = Profile("rich", markup_percent=Fraction(100))
    pricing = Pricing.load(file, policy=Policy(profiles={"default": Profile(), "rich": rich}))
    client = client_of(pricing)
    assert ask(client)["client_cost_usd"] == "0.0025"
    assert ask(client, profile="rich")["client_cost_usd"] == "0.005"
    assert "profile: no profile has this name" in ask(client, 400, profile="poor")["detail"]


def test_an_unknown_model_is_answered_by_the_default(client: TestClient) -> None:
    found = ask(client, model="nobody-sells-this", output=1000)
    # 1,000 x $1 + 1,000 x $2 per 1M
    assert (found["resolved"]["match"], found["provider_cost_usd"]) == ("default", "0.003")


@pytest.mark.parametrize("strict", ["true", "1"])
def test_strict_answers_404_for_an_unknown_model(client: TestClient, strict: str) -> None:
    found = ask(client, 404, model="gpt-4o-mega", strict=strict)
    assert "no model is called 'gpt-4o-mega'" in found["detail"]
    assert "no price for page" in ask(client, 404, unit="page=1", strict=strict)["detail"]
    assert ask(client, strict=strict)["resolved"]["match"] == "exact"


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({"input": "many"}, 422, "input: "),
        ({"input": "-1"}, 422, "input: "),
        ({"input": "1.5"}, 422, "input: "),
        ({"input": "1e16"}, 422, "input: "),
        ({"input": "1.2345k"}, 422, "input: "),
        ({"input": "9" * 5000}, 422, "input: "),
        ({"input": str(10**15 + 1)}, 422, "input: "),
        ({"input": ["1", "2"]}, 422, "input: given twice"),
        ({"model": ""}, 422, "model: "),
        ({"model": "x" * 1001}, 422, "model: "),
        ({"cache": "5"}, 422, "cache: Extra inputs are not permitted"),
        ({"calls": "0"}, 422, "calls: "),
        ({"strict": "maybe"}, 422, "strict: "),
        ({"cached": "1001"}, 400, "more than input"),
        ({"unit": "search"}, 400, "unit=search: is not a count; write unit=search=2"),
        ({"unit": "search=-1"}, 400, "search is negative"),
        ({"unit": "search=1.5"}, 400, "not a whole number"),
        ({"unit": "search=1e99999999"}, 400, "is not a count"),
        ({"unit": "serch=1"}, 400, "did you mean search"),
        ({"unit": ["search=1", "search=1"]}, 400, "unit=search: given twice"),
        ({"unit": "input_tokens=1"}, 400, "given twice"),
        ({"at": "tomorrow"}, 400, "at: is not a valid date or instant"),
        ({"markup": "lots"}, 400, "markup_percent: 'lots' is not an amount"),
        ({"tokens_per_credit": "0"}, 400, "tokens_per_credit: is zero"),
    ],
)
def test_a_bad_request_says_what_is_wrong(
    client: TestClient, params: dict[str, Any], code: int, words: str
) -> None:
    assert words in ask(client, code, **params)["detail"]


def test_a_missing_parameter_is_named(client: TestClient) -> None:
    answer = client.get("/v1/quote", params={"model": "gpt-4o"})
    assert (answer.status_code, answer.json()) == (422, {"detail": "input: Field required"})


@pytest.mark.parametrize("code", [0x00, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x202E, 0xFEFF, 0xFFFF])
def test_control_characters_come_back_escaped(client: TestClient, code: int) -> None:
    name = f"gpt{chr(code)}[31m"
    for strict in ("false", "true"):
        answer = client.get("/v1/quote", params={"model": name, "input": 1, "strict": strict})
        assert all(" " <= character <= "~" or character == "\n" for character in answer.text)
        assert strict == "true" or answer.json()["model"] == name
    extra = client.get("/v1/quote", params={"model": "gpt-4o", "input": 1, name: "1"})
    assert extra.status_code == 422
    assert extra.text.isascii()
    assert extra.text.isprintable()


def test_a_name_that_is_not_utf8_is_an_unknown_model(client: TestClient) -> None:
    answer = client.get("/v1/quote?model=%ff%fe&input=1")
    assert (answer.status_code, answer.json()["match"]) == (200, "default")


def test_answers_forbid_caching(client: TestClient) -> None:
    answer = client.get("/v1/quote", params={"model": "gpt-4o", "input": 1})
    assert answer.headers["cache-control"] == "no-store"


def test_the_openapi_page_has_the_schema(client: TestClient) -> None:
    page = client.get("/openapi.json").json()
    question = page["paths"]["/v1/quote"]["get"]
    shown = question["responses"]["200"]["content"]["application/json"]["schema"]
    assert shown["required"] == SCHEMA["$defs"]["quote"]["required"]
    assert "$ref" not in json.dumps(shown)
    assert {"model", "input", "output", "cached"} <= {
        each["name"] for each in question["parameters"]
    }
    assert client.get("/docs").status_code == 200


def test_it_mounts_under_a_prefix(pricing: Pricing) -> None:
    app = FastAPI()
    app.include_router(make_router(pricing, token=None, quotes=True), prefix="/prices")
    client = TestClient(app)
    assert client.get("/prices/v1/quote?model=gpt-4o&input=1").status_code == 200
    assert client.get("/prices/v1/quote?model=gpt-4o").json()["detail"] == "input: Field required"


def test_quotes_and_metrics_are_off_unless_asked_for(pricing: Pricing) -> None:
    app = FastAPI()
    app.include_router(make_router(pricing, token=None))
    client = TestClient(app)
    assert client.get("/v1/quote?model=gpt-4o&input=1").status_code == 404
    assert client.get("/metrics").status_code == 404
    assert client.get("/healthz/pricing").status_code == 200


OPEN_FIELDS = {
    *("schema", "model", "match", "calls", "client_cost_usd", "credits"),
    *("flags", "generation", "catalog_sha256"),
}


def test_without_the_token_an_answer_holds_the_customers_price_only(file: Path) -> None:
    rich = Profile("rich", markup_percent=Fraction(60))
    pricing = Pricing.load(file, policy=Policy(profile="rich", profiles={"rich": rich}))
    client = client_of(pricing)
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = client.get("/v1/quote?model=gpt-4o&input=1000", headers=headers)
        assert answer.json().keys() == OPEN_FIELDS
        # 1,000 x $2.50 per 1M and 60%
        assert answer.json()["client_cost_usd"] == "0.004"
        assert "0.0025" not in answer.text
        assert "rich" not in answer.text
    jsonschema.validate(answer.json(), CUSTOMER_SCHEMA)


@pytest.mark.parametrize(
    "parameter",
    ["profile=default", "markup=0", "credits_per_dollar=1", "tokens_per_credit=1"],
)
def test_what_would_show_the_cost_needs_the_token(client: TestClient, parameter: str) -> None:
    answer = client.get(f"/v1/quote?model=gpt-4o&input=1&{parameter}")
    name = parameter.partition("=")[0]
    assert (answer.status_code, answer.json()) == (401, {"detail": f"{name}: needs the token"})


def test_invented_names_are_counted_apart_from_calls(
    client: TestClient, pricing: Pricing, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "pricectl.runtime"):
        for number in range(300):
            client.get(f"/v1/quote?model=invented-{number}&input=1")
        client.get("/v1/quote?model=invented-1&input=1")
        pricing.quote("a-real-missing-model", Usage(1))
    calls, quotes = pricing.metrics(), pricing.uncharged_metrics()
    assert (calls.fallbacks["unknown-model"], calls.unknown_names) == (1, 1)
    assert (quotes.fallbacks["unknown-model"], quotes.unknown_names) == (301, 300)
    alarms = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert alarms == ['fallback pricing: kind="unknown-model" model="a-real-missing-model"']


def test_distinct_names_are_counted_up_to_a_bound(
    pricing: Pricing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricectl.runtime.monitor.MAX_DISTINCT_NAMES", 5)
    for number in range(20):
        pricing.quote(f"unknown-{number}", Usage(1))
    assert pricing.metrics().unknown_names == 5


def test_no_name_is_searched_for_names_that_are_alike(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over 4,000 rows that takes 50 ms, on the event loop of every caller."""

    def search(*_: object, **__: object) -> None:
        pytest.fail("a search for similar names")

    monkeypatch.setattr("difflib.get_close_matches", search)
    assert "no model" in ask(client, 404, model="gpt-4o-mega", strict="true")["detail"]


@pytest.mark.parametrize("library", ["fastapi", "prometheus_client"])
def test_without_the_extra_the_import_says_what_to_install(library: str) -> None:
    code = f"import sys; sys.modules['{library}'] = None; import pricectl.router"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert f"{library} is missing: pip install 'pricectl[server]'" in done.stderr


UNCHARGED = ("profile", "markup_percent", "client_cost_usd", "rounding", "credits")


def test_the_answer_names_the_layer_and_a_settings_fault(file: Path, home: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text("{", encoding="utf-8")
    (home / "pricectl.toml").write_text("critcal = []\n", encoding="utf-8")
    found = ask(client_of(Pricing.load(file)), model="gpt-4o-mini", at="2026-11-20")
    jsonschema.validate(found, SCHEMA)
    assert found["flags"] == ["packaged-prices", "settings-error"]
    file.write_text(text, encoding="utf-8")
    (home / "pricectl.toml").unlink()
    assert ask(client_of(Pricing.load(file, policy=Policy())))["flags"] == []


@pytest.mark.parametrize(
    ("params", "flags"),
    [
        ({"model": "no-such-model"}, ["unknown-model"]),
        ({"service": "warp"}, ["missing-service"]),
        ({"region": "mars"}, ["missing-region"]),
        ({"cached": 10, "model": "o3"}, ["assumed-rate"]),
        ({"unit": "input_video_second=3"}, ["unpriced-unit"]),
        ({}, []),
    ],
)
def test_an_answer_carries_its_own_flags(
    client: TestClient, run: Run, params: dict[str, Any], flags: list[str]
) -> None:
    whole = ask(client, **params)
    assert whole["flags"] == flags
    jsonschema.validate(whole, SCHEMA)
    customers = client.get("/v1/quote", params={"model": "gpt-4o", "input": 1000, **params}).json()
    assert customers["flags"] == flags
    jsonschema.validate(customers, CUSTOMER_SCHEMA)
    words = {"cached": "--cached", "unit": "--unit", "service": "--service", "region": "--region"}
    options = [
        w for name, value in params.items() if name in words for w in (words[name], str(value))
    ]
    cli = run("quote", str(params.get("model", "gpt-4o")), "1000", *options, "-o", "json")
    assert json.loads(cli.stdout)["flags"] == flags


@pytest.mark.parametrize("strict", ["false", "true"])
def test_without_a_profile_the_cost_is_known_and_the_charge_is_null(
    file: Path, home: Path, strict: str
) -> None:
    (home / "pricectl.toml").write_text('profile = "reselller"\n', encoding="utf-8")
    client = client_of(Pricing.load(file))
    found = ask(client, output=500, strict=strict)
    jsonschema.validate(found, SCHEMA)
    # 1,000 x $2.50 + 500 x $10 per 1M
    assert (found["provider_cost_usd"], found["flags"]) == ("0.0075", ["settings-error"])
    assert [found[name] for name in UNCHARGED] == [None] * 5
    assert "no profile has this name" in ask(client, 400, profile="reselller")["detail"]
    assert "'lots' is not an amount" in ask(client, 400, markup="lots")["detail"]


def test_the_profile_of_the_request_is_used(file: Path) -> None:
    client = client_of(Pricing.load(file, policy=Policy(profile="gone")))
    assert [ask(client)[name] for name in UNCHARGED] == [None] * 5
    assert ask(client, profile="default")["client_cost_usd"] == "0.0025"


def test_fields_without_a_charge_may_all_be_null() -> None:
    quote = SCHEMA["$defs"]["quote"]["properties"]
    assert all("null" in json.dumps(quote[name]) for name in UNCHARGED)
