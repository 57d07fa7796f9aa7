"""Where a server listens, for people."""

from pricectl.files.fetch import is_loopback


def listening(host: str, port: int, workers: int, *, admin: bool) -> str:
    """The address, the pages worth opening, and who can reach it."""
    place = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    lines = [
        f"serving quotes at {place} with {workers} worker{'s' if workers > 1 else ''}",
        f"  docs    {place}/docs",
        f"  try     {place}/v1/quote?model=gpt-4o&input=1000&output=500",
        f"  reload  POST {place}/admin/pricing/reload"
        if admin
        else "  reload  off: there is no token",
    ]
    if not is_loopback(host):
        lines.append("  note    other machines can reach this; it speaks plain HTTP")
    return "\n".join(lines)
