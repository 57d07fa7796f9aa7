"""Where a server of `serve` listens, and who can reach it."""

from typing import Any

from pricectl.core.labels import plural
from pricectl.files.fetch import is_loopback
from pricectl.report.canvas import Canvas


def document(host: str, port: int, workers: int, *, admin: bool) -> dict[str, Any]:
    """The address, for programs that started the server at a free port."""
    return {
        "schema": "pricectl.serve/1",
        "url": _url(host, port),
        "workers": workers,
        "admin": admin,
        "loopback": is_loopback(host),
    }


def text(host: str, port: int, workers: int, canvas: Canvas, *, admin: bool) -> str:
    """The address, the pages worth opening, and who can reach it; quiet, nothing."""
    if canvas.quiet:
        return ""
    url = _url(host, port)
    reload = f"POST {url}/admin/pricing/reload" if admin else "off: there is no token"
    lines = [
        f"serving quotes at {url} with {plural(workers, 'worker')}",
        f"  docs    {url}/docs",
        f"  try     {url}/v1/quote?model=gpt-4o&input=1000&output=500",
        f"  reload  {reload}",
    ]
    if not is_loopback(host):
        lines.append("  note    other machines can reach this; it speaks plain HTTP")
    return "\n".join(lines)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
