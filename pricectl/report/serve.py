"""Where a server of `serve` listens, and who can reach it."""

from typing import Any, NamedTuple

from pricectl.core.labels import plural
from pricectl.files.fetch import is_loopback
from pricectl.report.canvas import Canvas


class ServerAddress(NamedTuple):
    """A server that listens; `admin`: it has a token, so that its admin endpoints are open."""

    host: str
    port: int
    workers: int
    admin: bool

    @property
    def url(self) -> str:
        """The address as a browser takes it; an IPv6 address stands in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def document(result: ServerAddress) -> dict[str, Any]:
    """The address, for programs that chose port 0."""
    return {
        "schema": "pricectl.serve/1",
        "url": result.url,
        "workers": result.workers,
        "admin": result.admin,
        "loopback": is_loopback(result.host),
    }


def text(result: ServerAddress, canvas: Canvas) -> str:
    """The address, one request to try the router, who can reach it; quiet: nothing."""
    if canvas.quiet:
        return ""
    url = result.url
    reload = f"POST {url}/admin/pricing/reload" if result.admin else "off: there is no token"
    lines = [
        f"serving quotes at {url} with {plural(result.workers, 'worker')}",
        f"  docs    {url}/docs",
        f"  try     {url}/v1/quote?model=gpt-4o&input=1000&output=500",
        f"  reload  {reload}",
    ]
    if not is_loopback(result.host):
        lines.append("  note    other machines can reach this; it speaks plain HTTP")
    return "\n".join(lines)
