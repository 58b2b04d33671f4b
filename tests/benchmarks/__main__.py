"""`make bench`: python -m tests.benchmarks [--out DIR] [--only NAME …] [--quick] [--network]."""

from __future__ import annotations

from pathlib import Path

import click

from tests.benchmarks import MEASUREMENTS, run


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/bench"))
@click.option("--only", multiple=True, type=click.Choice(list(MEASUREMENTS)))
@click.option("--quick", is_flag=True, help="Fewer rounds.")
@click.option("--network", is_flag=True, help="Also what fetches packages: image.")
def main(out: Path, only: tuple[str, ...], quick: bool, network: bool) -> None:
    """Measure the figures that the README quotes, as ratios to a peer in the same run."""
    run(out, only, quick, network)


if __name__ == "__main__":
    main()
