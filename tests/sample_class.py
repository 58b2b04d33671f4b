"""Sample classes: submissions that real students could have made, written fresh for any lab.

`write(lab, target)` puts one folder or zip a submission into `target` and gives what each one must
earn: 100, 0, "all but" the named questions, or "unreadable".
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit.lab import stubs
from labkit.lab.contract import PACKAGE
from labkit.lab.lab import Lab
from labkit.mistakes import Catalogue, Variant, submission_with
from tests.packing import cut, lay, zipped

FULL, NOTHING, UNREADABLE = "full", "nothing", "unreadable"


@dataclass(frozen=True)
class Sample:
    """One submission: its files, how it is packed, and what it must earn."""

    name: str
    files: Mapping[str, str | bytes]
    earns: str
    """full, nothing, unreadable, or the names of the questions that lose points."""
    packed: str = "zip"
    """zip, folder or cut (a zip that lost its end)."""

    @property
    def loses(self) -> set[str]:
        """Questions that lose points, where only some do."""
        return set() if self.earns in (FULL, NOTHING, UNREADABLE) else set(self.earns.split())

    def zipped(self) -> bytes:
        """Its files as a zip, without its end where that is what is wrong with it."""
        data = zipped(self.files)
        return cut(data) if self.packed == "cut" else data


def samples(lab: Lab, notebook: str = "{}") -> list[Sample]:
    """The sample class of `lab`; `notebook` is the text of its notebook."""
    complete = right(lab)
    book = {f"{lab.name}.ipynb": notebook}
    functions = asked(lab)
    first, last = functions[0], functions[-1]
    last_module = lab.contract.module_of[last]
    in_last = " ".join(f for f in functions if lab.contract.module_of[f] == last_module)
    found = [
        Sample("abara_ngozi", complete | book, FULL),
        Sample("blum_jonas", styled(lab, 0) | book, FULL, "folder"),
        Sample("chen_yu", styled(lab, 1) | book, FULL),
        Sample("dia_fatou", stubs.stub_package(lab) | book, NOTHING),
        Sample("egger_lea", half_done(lab) | book, " ".join(functions[len(functions) // 2 :])),
        Sample("fontana_luca", broken(complete, last_module, "def oops(:\n"), in_last),
        Sample(ENDLESS, endless(lab, complete, first) | book, first),
        Sample("hoang_minh", wrong(lab, first) | book, first, "folder"),
        Sample("ito_sakura", nested(complete | book, "my lab/final version"), FULL),
        Sample("jansen_pim", complete | book, UNREADABLE, "cut"),
        Sample("ulrich_max", stubs.solution_package(lab) | book, FULL),
    ]
    if lab.name != "lab1_forward":
        return found
    return [
        *found,
        Sample("kaya_deniz", broken(complete, last_module, "import numpi as np\n"), in_last),
        Sample("larsen_ida", transposed(lab, complete) | book, "dense_forward"),
        Sample("moreau_elise", crashing(lab, complete) | book, "relu"),
        Sample("novak_petr", chatty(complete) | book, FULL),
        Sample("oliveira_ana", book, UNREADABLE),
        Sample("park_jiwoo", complete, FULL, "folder"),
        Sample("quist_nils", complete | book | macos_junk(complete), FULL),
        Sample("rossi_giulia", crlf(complete) | book, FULL),
        Sample("singh_aman", wrong(lab, "xor_params") | book, "xor_params"),
        Sample("tanaka_ren", wrong(lab, last, 1) | book, last),
    ]


ENDLESS = "gupta_ravi"
"""Whose first function never ends: it takes all the time that a call may take."""


def write(
    lab: Lab, target: Path, notebook: str = "{}", *, without: Collection[str] = ()
) -> dict[str, Sample]:
    """Write the sample class of a lab into `target`; gives the samples by submission name."""
    found = {}
    for sample in samples(lab, notebook):
        if sample.name in without:
            continue
        found[sample.name] = sample
        if sample.packed == "folder":
            lay(target / sample.name, sample.files)
        else:
            lay(target, {f"{sample.name}.zip": sample.zipped()})
    return found


# ---------------------------------------------------------------- ways to hand in


def asked(lab: Lab) -> list[str]:
    """The functions that everybody has to write, in order."""
    return [function.name for function in lab.functions if function.name not in lab.bonus]


def right(lab: Lab) -> dict[str, str]:
    """All that is asked for is right; of a bonus there is nothing, not even its module."""
    return without_bonus(lab, stubs.solution_package(lab))


def without_bonus(lab: Lab, files: Mapping[str, str]) -> dict[str, str]:
    """The files without the modules of functions that are a bonus."""
    modules = set(lab.modules) - {lab.contract.module_of[name] for name in asked(lab)}
    gone = {f"{PACKAGE}/{module}.py" for module in modules}
    return {path: text for path, text in files.items() if path not in gone}


def replaced(lab: Lab, files: Mapping[str, str], function: str, source: str) -> dict[str, str]:
    """`files` with another version of one function at the end of its module."""
    path = f"{PACKAGE}/{lab.contract.module_of[function]}.py"
    return {**files, path: f"{files[path]}\n\n{source}\n"}


def styled(lab: Lab, which: int) -> dict[str, str]:
    """Right everywhere, but written as other students write it."""
    by_function: dict[str, list[Variant]] = {}
    for variant in Catalogue.of(lab).variants:
        if not (variant.slow or variant.function in lab.bonus):
            by_function.setdefault(variant.function, []).append(variant)
    chosen = [options[which] for options in by_function.values() if len(options) > which]
    return without_bonus(lab, submission_with(chosen, lab))


def wrong(lab: Lab, function: str, which: int = 0) -> dict[str, str]:
    """Right but for one known mistake."""
    mistakes = Catalogue.of(lab).about(function)
    return without_bonus(lab, submission_with([mistakes[which % len(mistakes)]], lab))


def half_done(lab: Lab) -> dict[str, str]:
    """The first half of the lab's functions is written."""
    files, names = right(lab), asked(lab)
    for name in names[len(names) // 2 :]:
        module = lab.contract.module_of[name]
        text = (
            f'raise NotImplementedError("Lab {lab.number}: {name} is not written yet. '
            f'Open {module}.py.")'
        )
        files = replaced(lab, files, name, f"def {name}(*args, **kwargs):\n    {text}")
    return files


def broken(files: Mapping[str, str], module: str, line: str) -> dict[str, str]:
    """A line that Python cannot run stands at the top of one module."""
    path = f"{PACKAGE}/{module}.py"
    return {**files, path: line + files[path]}


def endless(lab: Lab, files: Mapping[str, str], function: str) -> dict[str, str]:
    """One function never ends."""
    source = f"def {function}(*args, **kwargs):\n    while True:\n        pass"
    return replaced(lab, files, function, source)


def transposed(lab: Lab, files: Mapping[str, str]) -> dict[str, str]:
    """The layer's output has its axes the wrong way round."""
    source = "def dense_forward(W, b, X):\n    return (W @ X + b).T"
    return replaced(lab, files, "dense_forward", source)


def crashing(lab: Lab, files: Mapping[str, str]) -> dict[str, str]:
    """One function ends the process."""
    return replaced(lab, files, "relu", "def relu(z):\n    import os\n\n    os.abort()")


def chatty(files: Mapping[str, str]) -> dict[str, str]:
    """Debug prints everywhere, and a plot when a module is imported."""
    noise = 'print("here " * 2000)\n'
    plot = (
        "import matplotlib.pyplot as plt\n\nplt.plot([1, 2, 3])\nplt.show()\n"
        'print("loaded " * 100000)\n'
    )
    return {
        path: text.replace("    return ", f"    {noise}    return ") + (plot if i == 1 else "")
        for i, (path, text) in enumerate(files.items())
    }


def nested(files: Mapping[str, str], folder: str) -> dict[str, str]:
    """Everything lies some folders too deep."""
    return {f"{folder}/{path}": text for path, text in files.items()}


def macos_junk(files: Mapping[str, str]) -> dict[str, bytes]:
    """What macOS adds to a zip."""
    junk = {f"__MACOSX/{Path(path).parent}/._{Path(path).name}": b"\0\5\x16\7" for path in files}
    return junk | {".DS_Store": b"\0\0\0\1Bud1", "__MACOSX/._.DS_Store": b"\0\5\x16\7"}


def crlf(files: Mapping[str, str]) -> dict[str, bytes]:
    """Saved on Windows: CRLF line ends and a byte order mark."""
    return {
        path: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for path, text in files.items()
    }


EMPTY_NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
