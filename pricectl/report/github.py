"""Workflow commands: a line each, shown by GitHub at its place in the file."""


def command(level: str, message: str, **properties: str | int) -> str:
    """One workflow command: "error", "warning" or "notice", with `file`, `line`, `title` ...

    >>> command("notice", "50% more", file="a,b.json", line=3)
    '::notice file=a%2Cb.json,line=3::50%25 more'
    """
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level}{' ' if given else ''}{given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
