"""Sliders for a picture, declared once: alive in Jupyter and in the browser page, still elsewhere.

    def wave(frequency, shape):
        figure = Figure(figsize=(6, 3))
        ...
        return figure, f"{frequency:g} waves, {shape}."

    move(wave, frequency=(1, 9, 0.5), shape=["sine", "square"], start={"frequency": 2})

Where nothing can move (a headless run, a printed page, no `anywidget`), a still picture stands in
its place: the start, or the settings in `shown` side by side.
"""

from __future__ import annotations

import base64
import ctypes
import importlib
import io
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Draw = Callable[..., tuple[Figure, str]]
Values = dict[str, Any]

DPI = 100
SECONDS = 4.0
"""For one picture while a slider moves: a loop without end must not take the kernel with it."""

browser_show: Callable[[View], None] | None = None
"""Set by the page in the browser: it shows a View with the inputs of explore.js by itself."""


def move(
    draw: Draw,
    *,
    shown: Sequence[Values] | None = None,
    start: Values | None = None,
    **sliders: Any,
) -> None:
    """Show `draw(**values)` with one input for each value; a move draws again.

    draw: gives (Figure, sentence); make the figure with `Figure()`, not with pyplot. The sentence
    says what is seen, for who does not see it.
    sliders: for each argument of `draw` (low, high, step), a list of choices, or a bool.
    start: where they stand at first; without it in the middle, at the first choice, at the bool.
    shown: settings for the still picture; what a setting leaves out is as in `start`.
    Raises what `draw` raises for these settings, as any cell does, and ValueError for a declaration
    that cannot be.
    """
    view = View(draw, sliders, start or {})
    stills = [view.values | one for one in shown or [{}]]
    if browser_show is not None:
        browser_show(view)
    elif (shell := _shell()) is not None:
        _show_in_jupyter(view, _side_by_side(view, stills), shell)
    else:
        for values in stills:
            print(draw(**values)[1])


class View:
    """A picture, its inputs and where they stand; `spec` is what explore.js reads."""

    def __init__(self, draw: Draw, sliders: dict[str, Any], start: Values) -> None:
        if unknown := sorted(start.keys() - sliders.keys()):
            raise ValueError(f"start names {unknown[0]!r}, which is no slider of this picture.")
        self.draw = draw
        self.inputs = [_input(name, given, start.get(name)) for name, given in sliders.items()]
        self.values = {one["name"]: self._value(one, one["start"]) for one in self.inputs}
        self.spec = {"title": draw.__name__.strip("_").replace("_", " "), "inputs": self.inputs}

    def picture(self, positions: Values) -> dict[str, Any]:
        """`png` (bytes), `text` and `problem` for the inputs' positions; never raises."""
        png, text, problem = b"", "", ""
        try:
            values = {one["name"]: self._value(one, positions[one["name"]]) for one in self.inputs}
            with _no_longer_than(SECONDS):
                figure, text = self.draw(**values)
                png = _png(figure)
        except NotImplementedError as error:
            problem = f"✋ {error}"
        except (_TooLongError, KeyboardInterrupt):
            problem = f"Stopped after {SECONDS:g} seconds: does a loop never end?"
        except (Exception, SystemExit) as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}, line {place.lineno}"
            problem = f"{type(error).__name__}: {error} ({where})"
        return {"png": png, "text": text, "problem": problem}

    @staticmethod
    def _value(one: dict[str, Any], position: Any) -> Any:
        """What `draw` gets: a choice's position is its number in the list."""
        if one["kind"] == "choice":
            return one["values"][int(position)]
        return bool(position) if one["kind"] == "switch" else float(position)


def _input(name: str, given: Any, start: Any) -> dict[str, Any]:
    """One input as explore.js reads it."""
    found: dict[str, Any] = {"name": name, "label": name.replace("_", " ")}
    if isinstance(given, bool):
        return found | {"kind": "switch", "start": given if start is None else bool(start)}
    if isinstance(given, list) and given:
        if start is not None and start not in given:
            raise ValueError(f"{name} cannot start at {start!r}: it is not among its choices.")
        position = 0 if start is None else given.index(start)
        words = [str(one) for one in given]
        return found | {"kind": "choice", "values": given, "words": words, "start": position}
    if isinstance(given, tuple) and len(given) == 3 and given[0] < given[1] and given[2] > 0:
        low, high, step = map(float, given)
        if start is None:
            start = low + round((high - low) / 2 / step) * step
        if not low <= start <= high:
            raise ValueError(f"{name} cannot start at {start!r}: it goes from {low:g} to {high:g}.")
        return found | {"kind": "range", "low": low, "high": high, "step": step, "start": start}
    raise ValueError(f"{name} has to be (low, high, step), a list of choices, or True or False.")


# The still picture


def _png(figure: Figure) -> bytes:
    figure.set_dpi(DPI)
    # savefig draws twice: once to find the layout, which drawing does by itself.
    FigureCanvasAgg(figure).print_png(buffer := io.BytesIO())
    return buffer.getvalue()


def _side_by_side(view: View, settings: Sequence[Values]) -> tuple[bytes, str]:
    """One PNG of all settings, each under its values, and one text of their sentences."""
    drawn = [view.draw(**values) for values in settings]
    if len(drawn) == 1:
        return _png(drawn[0][0]), drawn[0][1]
    images = [matplotlib.image.imread(io.BytesIO(_png(figure))) for figure, _ in drawn]
    names = [_told(view, values, settings) for values in settings]
    height, width = (max(image.shape[side] for image in images) for side in (0, 1))
    line = 26  # pixels for the words above a picture
    beside = width * len(images) <= 1600
    columns, rows = (len(images), 1) if beside else (1, len(images))
    whole = (columns * width, rows * (height + line))
    sheet = Figure(figsize=(whole[0] / DPI, whole[1] / DPI), dpi=DPI)
    for i, (image, name) in enumerate(zip(images, names, strict=True)):
        left = width * i if beside else 0
        top = whole[1] - (0 if beside else (height + line) * i)
        sheet.figimage(image, left, top - line - image.shape[0])
        sheet.text((left + 8) / whole[0], (top - 6) / whole[1], name, va="top", weight="bold")
    texts = [f"{name}: {text}" for name, (_, text) in zip(names, drawn, strict=True)]
    return _png(sheet), "\n".join(texts)


def _told(view: View, values: Values, settings: Sequence[Values]) -> str:
    """The values in which the settings differ, as words."""
    told = []
    for one in view.inputs:
        mine, others = values[one["name"]], [other[one["name"]] for other in settings]
        if any(other != mine for other in others):
            number = isinstance(mine, (int, float)) and not isinstance(mine, bool)
            told.append(f"{one['label']} = {mine:g}" if number else f"{one['label']}: {mine}")
    return ", ".join(told)


# Jupyter


def _shell() -> Any:
    """IPython's shell where a cell is running, else None."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def _show_in_jupyter(view: View, still: tuple[bytes, str], shell: Any) -> None:
    """The still first, as the notebook's stored output; then, where that works, the inputs."""
    display = importlib.import_module("IPython.display").display
    stored = display(_bundle(*still), metadata=_words(still[1]), raw=True, display_id=True)
    if getattr(shell, "kernel", None) is None or os.environ.get("LABCHECK_STILL"):
        return
    try:
        widget = _widget(
            view,
            lambda png, text: stored.update(_bundle(png, text), metadata=_words(text), raw=True),
        )
    except ImportError:
        print("To move it, install the package anywidget and start the notebook again.")
    else:
        display(widget)


def _bundle(png: bytes, text: str) -> dict[str, str]:
    return {"image/png": base64.b64encode(png).decode(), "text/plain": text}


def _words(text: str) -> dict[str, Any]:
    """What a screen reader says in place of the stored picture."""
    return {"image/png": {"alt": text}}


def _widget(view: View, keep: Callable[[bytes, str], Any]) -> Any:
    """The inputs as an anywidget; raises ImportError where that is not installed."""
    base = importlib.import_module("anywidget").AnyWidget
    traitlets = importlib.import_module("traitlets")
    script = Path(__file__).with_name("explore.js").read_text(encoding="utf-8")
    kind = type("Moving", (base,), {"_esm": script, "spec": traitlets.Dict().tag(sync=True)})
    widget = kind(spec=view.spec)
    last: dict[str, Any] = {}
    one_at_a_time = threading.Lock()

    def answer(_: Any, message: dict[str, Any], __: Any) -> None:
        if message.get("keep"):  # at rest: the stored output becomes the picture that is seen
            if last.get("png"):
                keep(last["png"], last["text"])
            return
        with one_at_a_time:
            last.update(view.picture(message["positions"]))
        said = {key: last[key] for key in ("text", "problem")}
        widget.send(said | {"id": message["id"]}, [last["png"]])

    widget.on_msg(answer)
    return widget


class _TooLongError(BaseException):
    """No Exception: a student's `except Exception` must not swallow it."""


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Stop the block's Python code after so long, in whichever thread it runs.

    A signal would reach the main thread alone, and a widget's answers may run in another. In the
    browser there are no threads: the page ends its worker.
    """
    if sys.platform == "emscripten":
        yield
        return
    thread, lock, running = threading.get_ident(), threading.Lock(), [True]

    def stop() -> None:
        with lock:
            if running:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(_TooLongError)
                )

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            running.clear()
        timer.cancel()
