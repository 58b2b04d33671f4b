"""The plot of a run: every ratio on one logarithmic axis, with what it should stay below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

from tests.benchmarks.machine import in_a_line
from tests.benchmarks.measure import Row
from tests.benchmarks.table import times


def write(path: Path, rows: Sequence[Row], machine: dict[str, Any]) -> bool:
    """Write the plot as SVG; False where no row has a ratio. Readable without colour."""
    shown = [row for row in rows if row.ratio is not None]
    if not shown:
        return False
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(8.5, 1.8 + 0.4 * len(shown)), layout="constrained")
        places = range(len(shown))
        for place, row in zip(places, shown, strict=True):
            ratio = row.ratio
            assert ratio is not None
            axes.plot([1, ratio], [place, place], color="0.75", linewidth=2, zorder=1)
            filled = "black" if row.met is not False else "white"
            axes.plot(ratio, place, "o", color="black", markerfacecolor=filled, zorder=3)
            axes.annotate(
                times(ratio),
                (ratio, place),
                (0, 5),
                textcoords="offset points",
                ha="center",
                fontsize=7,
            )
            if row.reach is not None:
                axes.plot(row.reach, place, "|", color="black", markersize=14, zorder=2)
        axes.plot([], [], "o", color="black", linestyle="none", label="measured")
        axes.plot(
            [],
            [],
            "o",
            color="black",
            markerfacecolor="white",
            linestyle="none",
            label="measured, not within reach",
        )
        axes.plot(
            [],
            [],
            "|",
            color="black",
            markersize=12,
            linestyle="none",
            label="reach: stay left of it",
        )
        axes.axvline(1, color="0.4", linewidth=0.8, linestyle="--")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(
            lambda ratio, _: f"{ratio:g}" if ratio >= 1 else f"1/{1 / ratio:g}"
        )
        axes.margins(x=0.12)
        axes.set_ylim(len(shown) - 0.4, -0.8)
        axes.set_yticks(list(places), [_label(row) for row in shown], fontsize=8)
        axes.set_xlabel("ours ÷ peer's (logarithmic; left of the dashed line ours takes less)")
        axes.set_title("make bench: what the kit takes, over what its peers take")
        axes.grid(axis="x", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.4, -0.9 / len(shown)), ncols=3, frameon=False
        )
        figure.text(0.01, 0.002, in_a_line(machine), fontsize=6.5, color="0.3")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)
    return True


def _label(row: Row) -> str:
    """What was measured, and on a second line beside what."""
    what, peer = (shorten(text, 48, placeholder=" …") for text in (row.what, row.peer_name))
    return f"{what}\n/ {peer}"
