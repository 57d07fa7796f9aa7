"""The least that a Typer program with a rich table does: the peer of `pricectl quote`."""

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def quote(model: str, tokens_in: int, tokens_out: int) -> None:
    """Print a table with the arguments."""
    table = Table("model", "input", "output")
    table.add_row(model, str(tokens_in), str(tokens_out))
    Console().print(table)


if __name__ == "__main__":
    app()
