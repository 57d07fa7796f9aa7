"""The example API as it is and with one fault each, served by one process on loopback.

Run as a program: shops.py SOCKET FOLDER, where SOCKET is a listening socket's number.
"""

import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from subprocess import Popen
from tomllib import loads
from typing import Any

from fastapi import FastAPI

from examples.credits_app.app import ADMIN, Shop, create_app
from examples.credits_app.calls import Call, Kept, Reservation
from examples.credits_app.jobs import Use
from examples.credits_app.ledger import Ledger
from pricectl.core import MODES, Profile
from pricectl.policy import Policy, read_policy
from pricectl.runtime import Answer, Pricing
from tests.conftest import CATALOG, ROOT, UNDATED

TOKEN, ADMIN_TOKEN = "sk-smoke-0123456789", "sk-admin-0123456789"
SETTINGS = """
critical = ["gpt-4o", "gemini-2.5-pro"]
[profiles.default]
markup_percent = 30
credits_per_dollar = 10000
"""
GRANTED = 1000
# Announced prices that have begun and were not promoted: $2 and $20 instead of $1.25 and $10.
BEGUN = CATALOG.replace('"from": "2027-01-01"', '"from": "2026-01-01"')


def policy() -> Policy:
    return read_policy(loads(SETTINGS, parse_float=Decimal))


class CeilingLedger(Ledger):
    """Rounds each call up by itself, as if it were a job of its own."""

    def reserve(self, call: Call, bound: Use, profile: Profile | None) -> Reservation | Kept:
        return super().reserve(call._replace(job=call.key), bound, profile)


class ForgetfulLedger(Ledger):
    """Knows no key again, so that a retry is another call."""

    _numbers = count()

    def reserve(self, call: Call, bound: Use, profile: Profile | None) -> Reservation | Kept:
        another = call._replace(key=f"{call.key} {next(self._numbers)}")
        return super().reserve(another, bound, profile)


class SilentLedger(Ledger):
    """Answers a retry with the first answer, and charges it all the same."""

    def reserve(self, call: Call, bound: Use, profile: Profile | None) -> Reservation | Kept:
        found = super().reserve(call, bound, profile)
        if isinstance(found, Kept):
            with closing(sqlite3.connect(self.path)) as db, db:
                words = "UPDATE account SET balance = balance - 1 WHERE name = ?"
                db.execute(words, (call.account,))
        return found


class HardCoded(Pricing):
    """Looks names up in a table and has no default, as a plain dict does."""

    def quote_response(self, body: object, **details: Any) -> Answer:
        answer = super().quote_response(body, **details)
        if answer.match.how == "default":
            raise KeyError(answer.match.asked)
        return answer


class LeakingPricing(Pricing):
    """Puts a secret into an error."""

    def quote_response(self, body: object, **details: Any) -> Answer:
        del body, details
        from fastapi import HTTPException

        raise HTTPException(500, f"upstream refused Bearer {TOKEN}")


def shop(
    folder: Path,
    name: str = "good",
    ledger: type[Ledger] = Ledger,
    pricing: type[Pricing] = Pricing,
    catalog: str = UNDATED,
) -> Shop:
    """A shop with its own database and catalog file."""
    (folder / name).mkdir()
    file = folder / name / "llm_pricing_current.json"
    file.write_text(catalog, encoding="utf-8")
    prices = pricing()
    prices.configure(file, policy=policy(), state=folder / name / "state")
    accounts = ledger(str(folder / name / "credits.sqlite3"))
    accounts.open_account("demo", MODES)  # `smoke` makes calls in each of them
    accounts.grant("demo", GRANTED, "first grant")
    return Shop(accounts, {"demo": TOKEN, ADMIN: ADMIN_TOKEN}, prices)


def shops(folder: Path) -> FastAPI:
    """Each at a path of its own."""
    dear = UNDATED.replace('"input_cost_per_token": 2.5e-06,', '"input_cost_per_token": 2.6e-06,')
    app = FastAPI()
    for made in (
        ("good", shop(folder)),
        ("dear", shop(folder, "dear", catalog=dear)),
        ("ceiling", shop(folder, "ceiling", CeilingLedger)),
        ("forgetful", shop(folder, "forgetful", ForgetfulLedger)),
        ("silent", shop(folder, "silent", SilentLedger)),
        ("hard-coded", shop(folder, "hard-coded", pricing=HardCoded)),
        ("leaking", shop(folder, "leaking", pricing=LeakingPricing)),
        ("begun", shop(folder, "begun", catalog=BEGUN)),
    ):
        app.mount(f"/{made[0]}", create_app(made[1]))
    return app


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The shops on a free port; requests wait in the listening socket until they are open."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        words = [sys.executable, "-m", __name__, str(listening.fileno()), str(folder)]
        server = Popen(words, cwd=ROOT, pass_fds=[listening.fileno()])
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield url
        finally:
            server.kill()
            server.wait()


def main() -> None:
    import uvicorn

    number, folder = sys.argv[1:]
    config = uvicorn.Config(shops(Path(folder)), log_level="critical")
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(number))])


if __name__ == "__main__":
    main()
