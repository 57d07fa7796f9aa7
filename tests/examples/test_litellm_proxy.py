"""Our quotes and the costs a LiteLLM proxy reports, where one is installed."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "examples" / "litellm_proxy" / "run.sh"


def proxy() -> str:
    """The program, unless what `litellm[proxy]` brings beside it is missing."""
    named = os.environ.get("LITELLM")
    if named:
        return named
    parts = ("litellm", "backoff", "apscheduler", "fastapi_sso")
    found = shutil.which("litellm", path=str(Path(sys.executable).parent))
    if found is None or not all(map(importlib.util.find_spec, parts)):
        pytest.skip("litellm[proxy] is not installed")
    return found


def test_the_proxy_reports_what_we_quote(tmp_path: Path) -> None:
    program = tmp_path / "pricectl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pricectl "$@"\n')
    program.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    where = {"LITELLM": proxy(), "PRICECTL": str(program), "PORT": str(port)}
    done = subprocess.run(
        [SCRIPT, "-o", "json"],
        cwd=ROOT,
        env={**os.environ, **where},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    compared = {
        call["model"]: check["note"]
        for call in found["calls"]
        for check in call["checks"]
        if check["name"] == "cost"
    }
    assert compared.pop("smoke-test-of-an-unknown-name") == "not reported"
    assert len(compared) == 13
    assert set(compared.values()) == {"exact"}
