"""Firefox for tests, by the protocol that it speaks itself: it reaches this machine alone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import missing

_SECONDS = 300
"""For it to start, and for one script."""


def _settings(downloads: Path) -> dict[str, Any]:
    nowhere = {"network.proxy.type": 1}
    for kind in ("http", "ssl"):  # a proxy that is not there stands before every host but this one
        nowhere |= {f"network.proxy.{kind}": "127.0.0.1", f"network.proxy.{kind}_port": 9}
    return nowhere | {
        "marionette.port": 0,
        "browser.download.folderList": 2,
        "browser.download.dir": str(downloads),
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.enabled": False,
    }


class Firefox:
    """A running one, its only tab."""

    def __init__(self, connection: socket.socket, downloads: Path) -> None:
        self.downloads = downloads
        self._connection = connection
        self._answers = connection.makefile("rb")
        self._asked = 0
        self._read()  # it says what it is
        limit = _SECONDS * 1000
        self._ask("WebDriver:NewSession", timeouts={"script": limit, "pageLoad": limit})

    def _read(self) -> Any:
        size = b""
        while (digit := self._answers.read(1)) != b":":
            assert digit, "Firefox ended"
            size += digit
        return json.loads(self._answers.read(int(size)))

    def _ask(self, command: str, **given: Any) -> Any:
        self._asked += 1
        message = json.dumps([0, self._asked, command, given]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _, _, problem, answer = self._read()
        assert problem is None, problem
        return answer

    def go(self, address: str) -> None:
        self._ask("WebDriver:Navigate", url=address)

    def run(self, script: str, *given: Any) -> Any:
        """What an asynchronous function of the page's returns; `script` is its text."""
        call = f"({script})(...{json.dumps(given)})"
        body = f"window.eval({json.dumps(call)})"  # as the page's own script
        body += ".then((value) => arguments[0]({ value }), (why) => arguments[0](`${why}`));"
        answer = self._ask("WebDriver:ExecuteAsyncScript", script=body, args=[])["value"]
        assert isinstance(answer, dict), answer
        return answer.get("value")

    def click(self, selector: str) -> None:
        """A real click, in the middle of what is seen."""
        found = self._ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        self._ask("WebDriver:ElementClick", id=next(iter(found.values())))

    def wait(self, selector: str) -> str:
        """The text of the first element that matches, once there is one."""
        script = """async (selector) => {
            let found;
            while (!(found = document.querySelector(selector)))
                await new Promise((done) => setTimeout(done, 100));
            return found.innerText;
        }"""
        return str(self.run(script, selector))

    def downloaded(self) -> Path:
        """The file that a click on a download gives, once it is whole."""
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            found = list(self.downloads.iterdir())
            if len(found) == 1 and found[0].suffix != ".part" and found[0].stat().st_size:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"nothing came: {found}")


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A running browser, its profile in the folder; skips the test where there is none."""
    program = next(filter(None, map(shutil.which, ("firefox", "firefox-esr"))), None)
    if program is None:
        missing("no Firefox on this system")
    profile, downloads = folder / "profile", folder / "downloads"
    profile.mkdir()
    downloads.mkdir()
    lines = [f"user_pref({json.dumps([k, v])[1:-1]});\n" for k, v in _settings(downloads).items()]
    (profile / "user.js").write_text("".join(lines))
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*command, "about:blank"], stdout=quiet, stderr=quiet) as process:
        try:
            with socket.create_connection(("127.0.0.1", _port(profile)), _SECONDS) as connection:
                yield Firefox(connection, downloads)
        finally:
            process.terminate()


def _port(profile: Path) -> int:
    """Where it listens: it writes that down when it is ready."""
    place, until = profile / "MarionetteActivePort", time.monotonic() + _SECONDS
    while not (place.is_file() and place.read_text().isdecimal()):
        assert time.monotonic() < until, "Firefox does not start"
        time.sleep(0.1)
    return int(place.read_text())
