"""Tokens out of environment variables."""

import pytest
import typer

from pricectl.commands.bearer import read_bearer_token


@pytest.mark.parametrize("held", ["secret", " secret\n", "\tsecret "])
def test_blanks_around_a_token_are_stripped(monkeypatch: pytest.MonkeyPatch, held: str) -> None:
    monkeypatch.setenv("SECRET", held)
    assert read_bearer_token("SECRET", "--token-env", "no token") == "secret"


@pytest.mark.parametrize("held", [None, "", " \n", "two words", "a\r\nHost: elsewhere", "a\x7fb"])
def test_a_token_with_control_characters_is_bad_usage(
    monkeypatch: pytest.MonkeyPatch, held: str | None
) -> None:
    monkeypatch.delenv("SECRET", raising=False)
    if held is not None:
        monkeypatch.setenv("SECRET", held)
    with pytest.raises(typer.BadParameter, match=r"^no token$") as caught:
        read_bearer_token("SECRET", "--token-env", "no token")
    assert caught.value.param_hint == "--token-env"


@pytest.mark.parametrize("variable", [None, ""])
def test_without_a_variable_name_there_is_no_token(variable: str | None) -> None:
    with pytest.raises(typer.BadParameter):
        read_bearer_token(variable, "--token-env", "no token")
