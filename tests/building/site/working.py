"""What somebody does on a lab's page."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labkit.lab.lab import Lab

PUT = """async (wanted) => {
    const { EditorView } = await import("@codemirror/view");
    for (const [name, insert] of Object.entries(wanted)) {
        const place = document.querySelector(`.work[data-question="${name}"] .cm-editor`);
        const view = EditorView.findFromDOM(place);
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
    }
}"""
"""Puts texts (question -> text) into the editors: what they do then, they do when one types."""


def open_lab(context: Any, address: str, lab: Lab) -> Any:
    """The page of a lab, its editors ready."""
    page = context.new_page()
    page.goto(f"{address}/{lab.short}/index.html")
    page.locator(".work .cm-content").first.wait_for()
    return page


def question(page: Any, name: str) -> Any:
    return page.locator(f'.work[data-question="{name}"]')


def write(page: Any, editor: Any, text: str) -> None:
    """Put a text in the place of an editor's."""
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def write_functions(page: Any, lab: Lab, files: Mapping[str, str]) -> None:
    """Put each function of `files` (path -> text) into the editor beside its text, all at once."""
    wanted: dict[str, str] = {}
    for module in lab.modules:
        wanted |= functions(files[f"neuralnet/{module}.py"], lab, module)
    page.evaluate(PUT, wanted)


def functions(text: str, lab: Lab, module: str) -> dict[str, str]:
    """The contract's functions in a module, helpers with the function that follows them."""
    names = [one.name for one in lab.functions if one.module == module]
    lines, found, before = text.splitlines(), dict[str, str](), ""
    for node in ast.parse(text).body:
        source = "\n".join(lines[node.lineno - 1 : node.end_lineno]) + "\n\n\n"
        head = isinstance(node, (ast.Import, ast.ImportFrom)) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )
        if isinstance(node, ast.FunctionDef) and node.name in names:
            found[node.name] = found.get(node.name, "") + before + source
            before = ""
        elif found or not head:  # what a stub's file has at its head stays there
            before += source
    return found


def check(page: Any, name: str) -> str:
    """What the check of a question says."""
    place = question(page, name)
    place.get_by_role("button", name="Check").click()
    place.locator(".said").wait_for()
    return str(place.locator(".said").inner_text())


def download(page: Any, folder: Path, name: str) -> Path:
    """The zip that "Download my work" gives."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download my work").click()
    target = folder / name
    waiting.value.save_as(target)
    return target


def run_all(page: Any) -> None:
    """Run every cell, from the first to the last, and see that none complains."""
    cells = page.locator(".cell")
    for cell in cells.all():
        cell.get_by_role("button", name="Run").first.click()
    for cell in cells.all():  # one runs after the other
        cell.locator(".output > :not(.quiet), .output > .quiet:text('Done.')").first.wait_for()
        assert not cell.locator(".problem").count(), cell.inner_text()
    for picture in page.locator(".explore").all():
        picture.locator("img[src]").wait_for()
