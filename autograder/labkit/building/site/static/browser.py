"""What the page runs in its worker: the lab's checks, and the cells as a notebook would run them.

The worker calls `check`, `run` and `picture`, and gets JSON. Checks are labcheck's own.
"""

from __future__ import annotations

import ast
import base64
import builtins
import importlib
import io
import json
import logging
import os
import re
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

HOME = Path("/lab")
_PRINTED = 100_000
"""Characters of a cell's output that are shown."""
_TELLS = 0.2
"""Seconds between two times that the page hears what a cell has printed."""
_FIRST = 200
"""Times that it hears at once: what comes right before an endless loop must not wait."""
_SO_FAR = 4_000
"""Characters of it that the page then hears."""
_DPI = 100

os.chdir(HOME)
sys.path.insert(0, str(HOME))
sys.dont_write_bytecode = True
os.environ["MPLBACKEND"] = "Agg"
logging.getLogger("matplotlib").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message=".*is non-interactive")

importlib.import_module("labcheck.float_warnings").switch_on()
checking = importlib.import_module("labcheck.checking")
showing = importlib.import_module("labcheck.showing")
failures = importlib.import_module("labcheck.probe").FAILURE_SENTENCES

_space: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
_own: set[str] = set()
"""First parts of the names of the student's modules."""
_loaded: set[str] = set()
"""The student's modules that were ever imported here."""
_unread: dict[str, str] = {}
"""Those of them that cannot be read as they are now, with the kind of error."""
_views: list[Any] = []
_shown: list[dict[str, Any]] = []
"""What the running cell shows beside its text."""


def put(files: str) -> None:
    """The student's files as they are now; what was imported from older ones is forgotten."""
    changed = False
    for name, text in json.loads(files).items():
        _own.add(name.split("/")[0].removesuffix(".py"))
        path = HOME / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed = True
    if changed:
        _forget()


def _forget() -> None:
    """What autoreload does: modules are read again, and names get the new functions.

    Where a file cannot be read, names stay what they were; its check says what is wrong.
    """
    _loaded.update(name for name in sys.modules if name.split(".")[0] in _own)
    for name in _loaded:
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    _unread.clear()
    for name in sorted(_loaded):
        try:
            importlib.import_module(name)
        except BaseException as error:  # a file may call sys.exit, too
            _unread[name] = type(error).__name__
    for name, value in list(_space.items()):
        module = isinstance(value, ModuleType)
        home = str(getattr(value, "__name__" if module else "__module__", ""))
        new = sys.modules.get(home) if home in _loaded else None
        if new is not None and module:
            _space[name] = new
        elif new is not None and callable(value):
            _space[name] = getattr(new, getattr(value, "__name__", ""), value)


def check(questions: str, passing: str) -> str:
    """The lines to show for these questions, and the points of each."""
    lines, points = [], {}
    with _as_installed():
        known = json.loads(passing)
        found = [*checking.events(HOME, HOME, json.loads(questions), passing=known)]
    for event in found:
        lines += [one for one in showing.lines(event) if one.kind != "title"]
        if event["kind"] == "question":
            kept = {key: event[key] for key in ("earned", "public", "passed")}
            points[event["question"]] = kept | {"unread": _unreadable(event)}
    lines.append(showing.ending(found))
    told = [{"kind": one.kind, "text": one.text} for one in lines]
    return json.dumps({"lines": told, "points": points})


@contextmanager
def _as_installed() -> Iterator[None]:
    """Libraries without what cells changed in them: grading has a Python of its own."""
    changed = []
    for space, kept in _LIBRARIES:
        now = {
            name: value
            for name, value in space.items()
            if name not in _FREE and value is not kept.get(name, _import_of(value))
        }
        gone = kept.keys() - space.keys()
        if now or gone:
            changed.append((space, now, gone))
            for name in now.keys() - kept.keys():
                del space[name]
            space.update({name: kept[name] for name in (*now, *gone) if name in kept})
    try:
        yield
    finally:
        for space, now, gone in changed:
            space.update(now)
            for name in gone:
                space.pop(name, None)


def _import_of(value: Any) -> Any:
    """A module that a library imports only when it is asked for; None for any other value."""
    return value if isinstance(value, ModuleType) else None


def _unreadable(event: dict[str, Any]) -> bool:
    """Whether the file of a question could not be imported."""
    words = failures["import_failed"].format(function=event["question"]).rstrip(".")
    return any(words in case["message"] for case in event["cases"])


def run(source: str) -> str:
    """What a cell prints, shows and gives."""
    _shown.clear()
    _space.pop("__warningregistry__", None)  # as in Jupyter, every run of a cell warns anew
    printed, value, problem, half_drawn = _Printed(), "", "", False
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            value = _value(source)
        except BaseException as error:
            problem, half_drawn = _problem(source, error), _is_from_figures(error)
    text = "".join(
        f"{name} cannot be read as it is now ({kind}): its functions are those of before.\n"
        for name, kind in sorted(_unread.items())
        if not problem
    )
    text += printed.getvalue()
    if len(text) > _PRINTED:
        text = text[:_PRINTED] + "\n… the rest is not shown."
    problem = problem[:_PRINTED]
    shown = [*_shown, *_figures(half_drawn)]
    return json.dumps({"text": text, "value": value, "problem": problem, "shown": shown})


class _Printed(io.StringIO):
    """What a cell prints, told to the page now and then, so that a stop does not lose it."""

    _told, _times = 0.0, 0

    def write(self, text: str) -> int:
        written = super().write(text)
        self._times += 1
        if self._times < _FIRST or time.monotonic() - self._told > _TELLS:
            self._told = time.monotonic()
            importlib.import_module("page").printed(self.getvalue()[-_SO_FAR:])
        return written


def _value(source: str) -> str:
    """Run the cell; gives what its last line is worth."""
    kept = [line for line in source.split("\n") if not re.match(r"%(load_ext|autoreload)\b", line)]
    tree = ast.parse("\n".join(kept), "<cell>")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), _space)
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), _space)
    if value is None or source.rstrip().endswith(";"):
        return ""
    if type(value).__name__ == "Figure" and hasattr(value, "savefig"):
        _shown.append({"kind": "figure", "png": _png(value)})
        return ""
    return repr(value)[:_PRINTED]


def _problem(source: str, error: BaseException) -> str:
    """What stopped a cell, for whoever wrote it."""
    if isinstance(error, NotImplementedError):
        return f"✋ {error}"
    return _about_syntax(source, error) if isinstance(error, SyntaxError) else _told(error)


def _is_from_figures(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return any(one.filename == f"{HOME}/figures.py" for one in frames)


def _about_syntax(source: str, error: SyntaxError) -> str:
    lines = source.split("\n")
    if error.filename == "<cell>" and error.lineno and error.lineno <= len(lines):
        line = lines[error.lineno - 1].strip()
        if line.startswith(("%", "!")):
            return (
                f"“{line[:60]}” is for Jupyter: here only Python runs, with NumPy and matplotlib "
                "ready. Leave the line out."
            )
        return f"SyntaxError, line {error.lineno}: {error.msg}\n    {line}"
    return _told(error)


def _told(error: BaseException) -> str:
    """The traceback without what lies between: the cell's line and the file's line."""
    frames = traceback.extract_tb(error.__traceback__)
    mine = [one for one in frames if one.filename == "<cell>" or one.filename.startswith("/lab/")]
    places = [f"  {one.filename.removeprefix('/lab/')}, line {one.lineno}" for one in mine]
    what = "".join(traceback.format_exception_only(error)).strip()
    if type(error) is NameError and frames[-1].filename == "<cell>":
        what += "\nRun the cells above first: a stop or a new start of the page forgets names."
    if isinstance(error, FileNotFoundError):
        what += "\nIn the browser a cell sees only the lab's own files."
    return "\n".join([what, *places])


def _figures(half_drawn: bool) -> list[dict[str, Any]]:
    """The figures that the cell left open in pyplot, but for a last one that was not finished."""
    if "matplotlib.pyplot" not in sys.modules:
        return []
    plt = sys.modules["matplotlib.pyplot"]
    finished = plt.get_fignums()[:-1] if half_drawn else plt.get_fignums()
    found = [{"kind": "figure", "png": _png(plt.figure(n))} for n in finished]
    plt.close("all")
    return found


def _png(figure: Any) -> str:
    buffer = io.BytesIO()
    if figure.get_layout_engine() is not None:
        # A layout has put everything inside but for words that are too long. It is found while
        # drawing: savefig, which finds it before, would draw twice.
        figure.set_dpi(_DPI)
        agg = importlib.import_module("matplotlib.backends.backend_agg")
        agg.FigureCanvasAgg(figure).print_png(buffer)
    if not buffer.tell() or any(map(_cut, _words(figure))):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=_DPI, bbox_inches="tight")
    return base64.b64encode(buffer.getvalue()).decode()


def _words(figure: Any) -> Iterator[Any]:
    yield from figure.texts
    for one in figure.axes:
        yield from (one.title, *one.texts)


def _cut(words: Any) -> bool:
    """Whether words go beyond their figure's edge, to the left or to the right."""
    if not (words.get_text() and words.get_visible()) or words.get_clip_on():
        return False
    box = words.get_window_extent()
    return bool(box.x0 < 0 or box.x1 > words.get_figure().bbox.x1)


def ready_for_cells() -> None:
    """Once matplotlib is there: pictures with sliders come to the page."""
    importlib.import_module("explore").browser_show = _show  # type: ignore[attr-defined]


def _show(view: Any) -> None:
    _views.append(view)
    _shown.append({"kind": "explore", "view": len(_views) - 1, "spec": view.spec})


def picture(view: int, positions: str) -> str:
    """A picture with sliders, at these positions."""
    got = _views[view].picture(json.loads(positions))
    return json.dumps(got | {"png": base64.b64encode(got["png"]).decode()})


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() does not work in the browser: write the value into the cell.")


builtins.input = _no_input

_FREE = frozenset(("__warningregistry__", "__builtins__"))
"""Names in a module that Python itself sets as it goes."""
_LIBRARIES = [
    (vars(module), dict(vars(module)))
    for name, module in list(sys.modules.items())
    if name.split(".")[0] in ("builtins", "math", "random", "numpy")
]
"""Modules that functions use: their names as they are now, and as they were at the beginning."""
