"""Moodle's web services over HTTP: calls, downloads, uploads, and every failure as a sentence.

Moodle answers an error with HTTP 200 and an `errorcode`. The token goes to the site that was named
and nowhere else, and into no message: addresses of files are taken apart and put on that site, and
no redirection is followed.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import re
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from labkit.platforms.moodle.worksheet import MoodleError

TOKEN = "MOODLE_TOKEN"
LARGEST_FILE = 256 << 20
"""Bytes of a file that are downloaded: more than any submission may unpack to."""
_LARGEST_ANSWER = 64 << 20
_AGAIN = "Run the same command again: it goes on where it stopped."
_WHAT_TO_DO = {
    "invalidtoken": "make a new token in Moodle (Preferences > Security keys) and set it again",
    "accessexception": (
        "the token's service must have this function, and its owner the capability"
        " webservice/rest:use: ask the administrator of the site"
    ),
    "nopermissions": "the token must be of somebody who grades this assignment",
    "nopermission": "the token must be of somebody who grades this assignment",
    "requireloginerror": "the token's owner must be in this course",
    "servicenotavailable": "ask the administrator to switch web services on",
    "enablewsdescription": "ask the administrator to switch web services on",
    "dmlwriteexception": "look whether the assignment's feedback types are as usual",
}


class UnreachableError(MoodleError):
    """The network or the site failed, perhaps for the moment: nothing is known of the request."""


class RefusedError(MoodleError):
    """Moodle itself says no; `code` is its name for why."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


def read_token(file: Path | None) -> str:
    """The token, from a file that only its owner can read, or from the environment.

    It is taken out of the environment, which programs that are started later inherit.
    """
    found = os.environ.pop(TOKEN, "").strip()
    where = TOKEN
    if file is not None:
        where = str(file)
        try:
            mode = file.stat().st_mode
            found = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MoodleError(f"{file} cannot be read: name a file with Moodle's token.") from error
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise MoodleError(f"{file} can be read by others: run chmod 600 {file} first.")
    if not found:
        raise MoodleError(
            f"There is no token for Moodle: set {TOKEN} in the environment, or give --token-file"
            " with a file of mode 600."
        )
    if not re.fullmatch(r"[A-Za-z0-9]{8,200}", found):
        raise MoodleError(
            f"{where} holds no token of Moodle's, which is 8 to 200 letters and digits."
        )
    return found


def _site(url: str) -> str:
    """The address of the site, which must not send the token in the clear over a network."""
    try:
        httpx.URL(url.strip()).host.encode("idna")
        parts = urlsplit(url.strip())
    except (httpx.InvalidURL, ValueError):
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise MoodleError(
            f"--url {url} is no address of a Moodle: give the one of its front page, such as"
            " https://moodle.example.edu."
        )
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise MoodleError(f"--url {url} would send the token in the clear: it must be https://….")
    path = re.sub(r"/(login|my|course|mod)(/.*)?$|/index\.php$", "", parts.path).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Service:
    """The web services of one site, for the owner of one token."""

    def __init__(
        self, url: str, token: str, *, seconds: float = 60.0, pauses: tuple[float, ...] = (1, 4)
    ) -> None:
        self.site = _site(url)
        self._token = token
        self._seconds = seconds
        self.pauses = pauses
        """Seconds to wait before each further try of what may be tried again."""
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log addresses with tokens
        self._client = httpx.Client(
            timeout=httpx.Timeout(seconds, connect=min(seconds, 15.0)),
            follow_redirects=False,
            headers={"User-Agent": "labkit"},
            trust_env=not _loopback(urlsplit(self.site).hostname or ""),  # proxies
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def call(self, function: str, *, again: bool = True, **arguments: Any) -> Any:
        """What a function answers. `again`: it only reads, so a failure is tried again."""
        data = {
            "wstoken": self._token,
            "wsfunction": function,
            "moodlewsrestformat": "json",
            **dict(_flat(arguments)),
        }
        url = f"{self.site}/webservice/rest/server.php"
        body = self._tried(function, again, method="POST", url=url, data=data)
        return self._answer(body, function)

    def download(self, fileurl: str, size: int) -> bytes:
        """A file of a submission or of feedback, whole."""
        parts = urlsplit(fileurl)
        _, found, rest = parts.path.partition("/pluginfile.php")
        name = fileurl.rpartition("/")[2][:60]
        if not found:
            raise MoodleError(f"Moodle gives no address of its own for the file {name}.")
        url = f"{self.site}/webservice/pluginfile.php{rest}"
        params = {"token": self._token}
        if "file" in (query := parse_qs(parts.query)):  # sites without slash arguments
            params["file"] = query["file"][0]
        what = f"the file {name}"
        body = self._tried(what, True, method="GET", url=url, params=params)
        if len(body) != size:
            if body[:1] == b"{":
                self._answer(body, what)
            raise UnreachableError(
                f"{self.site} sent {len(body)} bytes of {what} instead of {size}. {_AGAIN}"
            )
        return body

    def upload(self, area: int, folder: str, name: str, data: bytes) -> None:
        """Put a file into the draft area `area`."""
        body = self._tried(
            f"the upload of {name}",
            False,
            method="POST",
            url=f"{self.site}/webservice/upload.php",
            params={"token": self._token},
            data={"filearea": "draft", "itemid": str(area), "filepath": folder},
            files={"file_1": (name, data)},
        )
        answer = self._answer(body, f"the upload of {name}")
        one = answer[0] if isinstance(answer, list) and answer else {}
        if not isinstance(one, dict) or one.get("error") or str(one.get("itemid")) != str(area):
            why = one.get("error") or "no reason given" if isinstance(one, dict) else "no answer"
            code = str(one.get("errortype", "")) if isinstance(one, dict) else ""
            raise RefusedError(f"Moodle did not take the file {name}: {self._clean(why)}.", code)

    def _tried(self, what: str, again: bool, **request: Any) -> bytes:
        """The body of an answer; where `again`, after further tries if need be."""
        for pause in (*(self.pauses if again else ()), None):
            try:
                return self._body(what, request)
            except UnreachableError:
                if pause is None:
                    raise
                time.sleep(pause)
        raise AssertionError("the last try raises or returns")

    def _body(self, what: str, request: dict[str, Any]) -> bytes:
        end = time.monotonic() + 10 * self._seconds  # a trickle is no answer, either
        file = "pluginfile" in request["url"]
        most = LARGEST_FILE if file else _LARGEST_ANSWER
        body = bytearray()
        try:
            with self._client.stream(**request) as response:
                self._check(response, what)
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > most:
                        raise MoodleError(f"{self.site} sends far too much for {what}.")
                    if time.monotonic() > end:
                        raise UnreachableError(f"{self.site} is too slow for {what}. {_AGAIN}")
        except httpx.TimeoutException as error:
            raise UnreachableError(
                f"{self.site} did not answer {what} within {self._seconds:g} seconds. {_AGAIN}"
            ) from error
        except httpx.ConnectError as error:
            why = self._clean(str(error)) or "no reason given"
            raise UnreachableError(
                f"{self.site} cannot be reached ({why}): look at --url and at your network, then"
                " run the same command again."
            ) from error
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"The connection to {self.site} broke during {what}. {_AGAIN}"
            ) from error
        return bytes(body)

    def _check(self, response: httpx.Response, what: str) -> None:
        code = response.status_code
        if code in (408, 429) or code >= 500:
            raise UnreachableError(f"{self.site} answers {what} with the error {code}. {_AGAIN}")
        if 300 <= code < 400:
            place = self._clean(
                urlsplit(response.headers.get("location", ""))._replace(query="").geturl()
            )
            raise MoodleError(
                f"{self.site} sends everybody on to {place or 'another address'}: give the address"
                " of Moodle's front page there as --url."
            )
        if code != 200:
            raise MoodleError(
                f"{self.site} answers {what} with the error {code}: is it the address of Moodle's"
                " front page, and are web services switched on?"
            )

    def _answer(self, body: bytes, what: str) -> Any:
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise MoodleError(
                f"{self.site} answers {what} with a web page instead of data: is it the address of"
                " Moodle's front page, and are web services switched on?"
            ) from error
        if isinstance(answer, dict) and ("errorcode" in answer or "exception" in answer):
            code = self._clean(str(answer.get("errorcode") or answer["exception"]))
            said = self._clean(str(answer.get("message") or answer.get("error") or "")).rstrip(".")
            todo = _WHAT_TO_DO.get(code)
            text = f"Moodle refuses {what}: {said} ({code})" + (f"; {todo}." if todo else ".")
            raise RefusedError(text, code)
        return answer

    def _clean(self, text: object) -> str:
        """Text of the site for a message: one line, not long, without the token."""
        line = " ".join(str(text).split()).replace(self._token, "…")
        return line if len(line) <= 200 else line[:199] + "…"


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Arguments as Moodle's REST wants them: `grades[0][userid]=5`."""
    if isinstance(value, Mapping):
        items = [(f"{name}[{key}]" if name else str(key), one) for key, one in value.items()]
    elif isinstance(value, list | tuple):
        items = [(f"{name}[{at}]", one) for at, one in enumerate(value)]
    else:
        return [(name, str(int(value)) if isinstance(value, bool) else str(value))]
    return [pair for key, one in items for pair in _flat(one, key)]
