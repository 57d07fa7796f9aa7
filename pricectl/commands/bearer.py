"""Bearer tokens that a verb sends or serves with, read from environment variables.

A token is never an argument: arguments appear in the shell's history and in the process list.
"""

import os

import typer

from pricectl.files.fetch import is_bearer_token


def read_bearer_token(variable: str | None, option: str, problem: str) -> str:
    """The token that an environment variable holds, without the blanks around it.

    Args:
        variable: the variable's name. None: no token.
        option: the option that named the variable, for the message.
        problem: the message without a usable token. Leave the name out of it where people may
            give the token itself instead of its variable.

    Raises:
        BadParameter: no variable, or nothing that an HTTP header can carry.
    """
    # A variable filled from a file often ends with a line break.
    token = os.environ.get(variable, "").strip() if variable else ""
    if not is_bearer_token(token):
        raise typer.BadParameter(problem, param_hint=option)
    return token
