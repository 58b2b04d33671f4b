"""A Moodle on loopback: recorded answers of a real one, and what was measured on it.

It holds the state of one assignment and knows nothing of the kit. What it does that a reader of
Moodle's documentation would not expect is marked "measured".
"""

from __future__ import annotations

import copy
import csv
import html
import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

DATA = Path(__file__).parents[2] / "data" / "moodle"
TOKEN = "0123456789abcdef0123456789abcdef"
TEACHER = 21
SITE = "https://moodle.example.edu"
"""What the recorded answers call the site, which is not where the tests find it."""


def recorded(name: str) -> Any:
    """An answer of a real server."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


ERRORS = recorded("ws_errors")


class MoodleSaysNo(Exception):
    """Answered as an error: HTTP 200 with an `errorcode`."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["errorcode"])
        self.error = dict(error)


def refusal(code: str, message: str) -> MoodleSaysNo:
    return MoodleSaysNo({"exception": "moodle_exception", "errorcode": code, "message": message})


@dataclass
class Grade:
    """A row of the assignment's grades."""

    grade: float = -1.0
    grader: int = -1
    modified: int = 0
    comment: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """Feedback files: path -> content."""


@dataclass
class Moodle:
    """One assignment of a site."""

    assignment: dict[str, Any]
    people: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    """Of the submissions."""
    files: dict[str, bytes]
    """Submission files by the part of their address after pluginfile.php."""
    grades: dict[int, Grade] = field(default_factory=dict)
    flags: dict[int, dict[str, Any]] = field(default_factory=dict)
    overridden: dict[int, float] = field(default_factory=dict)
    """Grades that the gradebook holds fast."""
    own_groups: list[int] | None = None
    """The teacher's groups, in separate groups; None where everybody is seen."""
    gradebook_is_shown: bool = True
    scale: tuple[str, ...] = ()
    drafts: dict[int, dict[str, bytes]] = field(default_factory=dict)
    areas: list[int] = field(default_factory=list)
    """Draft areas that ever held a file: 50 of them block the teacher's browser (measured)."""
    saves: list[dict[str, Any]] = field(default_factory=list)
    """Every grade that was posted."""
    asked: list[str] = field(default_factory=list)
    """Functions and files, in the order of the requests."""
    clock: int = 1_795_880_000

    @property
    def number(self) -> int:
        return int(self.assignment["id"])

    def answer(self, function: str, given: Mapping[str, Any]) -> Any:
        known = getattr(self, "_" + function, None)
        if known is None:
            raise refusal("accessexception", "Access control exception")
        return known(given)

    # What is read ----------------------------------------------------------------------------

    def _mod_assign_get_assignments(self, given: Mapping[str, Any]) -> Any:
        answer = recorded("ws_get_assignments")
        others = [one for one in answer["courses"][0]["assignments"] if one["id"] != self.number]
        answer["courses"][0]["assignments"] = [*others, self.assignment]
        return answer

    def _mod_assign_list_participants(self, given: Mapping[str, Any]) -> Any:
        group = int(given["groupid"])
        if self.own_groups is not None and group not in self.own_groups:
            return []
        found = []
        for one in self.people:
            if group and group not in [g["id"] for g in one.get("groups", ())]:
                continue
            if self.assignment["blindmarking"]:  # measured: the id is the real one
                one = {"id": one["id"], "fullname": f"Participant {one['id'] + 100}"}
            found.append(one)
        return found

    def _core_group_get_activity_groupmode(self, given: Mapping[str, Any]) -> Any:
        return {"groupmode": 0 if self.own_groups is None else 1, "warnings": []}

    def _core_group_get_activity_allowed_groups(self, given: Mapping[str, Any]) -> Any:
        groups = [{"id": one, "name": f"Group {one}"} for one in self.own_groups or ()]
        return {"groups": groups, "canaccessallgroups": self.own_groups is None}

    def _mod_assign_get_submissions(self, given: Mapping[str, Any]) -> Any:
        # Measured: drafts, too, and those of other groups.
        one = {"assignmentid": self.number, "submissions": self.rows}
        return {"assignments": [one], "warnings": []}

    def _mod_assign_get_user_flags(self, given: Mapping[str, Any]) -> Any:
        flags = [{"userid": user} | flags for user, flags in self.flags.items()]
        return {"assignments": [{"assignmentid": self.number, "userflags": flags}]}

    def _mod_assign_get_grades(self, given: Mapping[str, Any]) -> Any:
        if not self.grades:
            return {"assignments": [], "warnings": [{"warningcode": "3"}]}
        template = recorded("ws_get_grades_a")["assignments"][0]["grades"][0]
        rows = [
            template
            | {"id": 1000 + user, "userid": user, "grade": f"{one.grade:.5f}"}
            | {"grader": one.grader, "timemodified": one.modified}
            for user, one in self.grades.items()
        ]
        return {"assignments": [{"assignmentid": self.number, "grades": rows}], "warnings": []}

    def _mod_assign_get_submission_status(self, given: Mapping[str, Any]) -> Any:
        user = int(given["userid"])
        one = self.grades.get(user)
        state = self.flags.get(user, {}).get("workflowstate")
        hidden = self.assignment["markingworkflow"] and state != "released"
        # As the source has it, not even for the teacher; nor where there is nothing to be seen.
        nothing = one is None or not (one.comment or one.files or self._in_gradebook(user))
        if one is None or nothing or hidden:
            return {"warnings": []}
        files = [
            {
                "filename": path.rpartition("/")[2],
                "filepath": "/" + (path.rpartition("/")[0] + "/").lstrip("/"),
                "filesize": len(data),
                "timemodified": one.modified,
                "fileurl": f"{SITE}/webservice/pluginfile.php/{_feedback(user, path)}",
            }
            for path, data in one.files.items()
        ]
        tidy = html.unescape(one.comment.replace("&lt;", "\0").replace("&amp;", "\1"))
        tidy = tidy.replace("<br>", "<br />").replace("\0", "&lt;").replace("\1", "&amp;")
        plugins = [
            {
                "type": "comments",
                "name": "Feedback comments",
                "editorfields": [{"name": "comments", "text": tidy, "format": 1}],
            },
            {
                "type": "file",
                "name": "Feedback files",
                "fileareas": [{"area": "feedback_files", "files": files}],
            },
        ]
        grade = {"id": 1000 + user, "userid": user, "grade": f"{one.grade:.5f}"}
        return {"feedback": {"grade": grade, "plugins": plugins}, "warnings": []}

    def _gradereport_user_get_grade_items(self, given: Mapping[str, Any]) -> Any:
        user = int(given["userid"])
        if not self.gradebook_is_shown or (self.own_groups is not None and not user):
            raise refusal("nopermissions", "You do not have permission to view grades")
        known = [one["id"] for one in self.people if user in (0, one["id"])]
        return {"usergrades": [{"userid": one, "gradeitems": self._items(one)} for one in known]}

    def _items(self, user: int) -> list[dict[str, Any]]:
        other, item = recorded("ws_gradeitems_s06")[1], recorded("ws_gradeitems_s06")[0]
        shown = self._in_gradebook(user)
        item |= {"iteminstance": self.number, "graderaw": shown, "feedback": ""}
        item |= {"gradeisoverridden": user in self.overridden}
        item |= {"grademax": self.assignment["grade"]}
        if self.scale:
            ends = f"{self.scale[0]}&ndash;{self.scale[-1]}"
            item |= {"grademin": 1, "grademax": len(self.scale), "rangeformatted": ends}
        return [other, item]

    def _in_gradebook(self, user: int) -> float | None:
        if user in self.overridden:
            return self.overridden[user]
        held = self.grades.get(user)
        state = self.flags.get(user, {}).get("workflowstate")
        waits = self.assignment["markingworkflow"] and state != "released"
        if held is None or held.grade < 0 or waits or self.assignment["blindmarking"]:
            return None
        return held.grade

    # What is written -------------------------------------------------------------------------

    def _core_files_get_unused_draft_itemid(self, given: Mapping[str, Any]) -> Any:
        self.clock += 1
        return {"component": "user", "contextid": 30, "userid": str(TEACHER), "itemid": self.clock}

    def _core_files_delete_draft_files(self, given: Mapping[str, Any]) -> Any:
        area = self.drafts.get(int(given["draftitemid"]), {})
        for one in given["files"].values():
            area.pop((one["filepath"] + one["filename"]).lstrip("/"), None)
        return {"parentpaths": ["/"], "warnings": []}

    def upload(self, area: int, path: str, data: bytes) -> Any:
        name = path.rpartition("/")[2]
        if not area:
            self.clock += 1
            area = self.clock
        if area not in self.areas:
            self.areas.append(area)
        held = self.drafts.setdefault(area, {})
        if path in held:
            return [{"filename": name, "errortype": "filenameexist", "error": "It is there."}]
        held[path] = data
        (answer,) = copy.deepcopy(recorded("ws_upload_answer"))
        return [answer | {"filename": name, "itemid": area, "filesize": len(data)}]

    def _mod_assign_save_grade(self, given: Mapping[str, Any]) -> Any:
        user = int(given["userid"])
        plugindata = given.get("plugindata", {})
        editor = plugindata.get("assignfeedbackcomments_editor")
        if editor is None:
            raise MoodleSaysNo(ERRORS["no editor"])  # measured
        if "itemid" in editor:
            raise MoodleSaysNo(ERRORS["itemid in the editor"])  # measured
        if user not in [one["id"] for one in self.people]:
            raise MoodleSaysNo(ERRORS["student"])
        self.saves.append(dict(given) | {"user": user})
        for one in self._reached(user, given["applytoall"] == "1"):
            self._save(one, given, str(editor["text"]))
        return None

    def _reached(self, user: int, everybody: bool) -> list[int]:
        if not (self.assignment["teamsubmission"] and everybody):
            return [user]
        group = {one["id"]: one.get("groupid", 0) for one in self.people}
        return [one for one, of in group.items() if of == group[user]]  # measured

    def _save(self, user: int, given: Mapping[str, Any], comment: str) -> None:
        self.clock += 2
        one = self.grades.setdefault(user, Grade())
        value = float(given["grade"])
        best = len(self.scale) if self.scale else self.assignment["grade"]
        if user not in self.overridden and value <= best:  # measured: in silence
            one.grade, one.grader, one.modified = value, TEACHER, self.clock
        one.comment = comment
        area = given["plugindata"].get("files_filemanager")
        if area is not None:
            one.files = dict(self.drafts.get(int(area), {}))  # measured: replaces all
        if given["workflowstate"]:
            self.flags.setdefault(user, {})["workflowstate"] = given["workflowstate"]

    def file(self, address: str) -> bytes:
        found = re.fullmatch(r"99/assignfeedback_file/feedback_files/(\d+)/(.+)", address)
        if found:
            return self.grades[int(found[1])].files[found[2]]
        return self.files[address]


def _feedback(user: int, path: str) -> str:
    return f"99/assignfeedback_file/feedback_files/{user}/{quote(path)}"


# ---------------------------------------------------------------- over HTTP

Hook = Callable[[int, str], "bytes | int | None"]
"""Called with the number of a request and when ("before", "after"): what to answer instead: a body,
a status, or 0 to hang up."""


@contextmanager
def serving(moodle: Moodle, hook: Hook = lambda number, moment: None) -> Iterator[str]:
    """The address at which `moodle` answers."""
    count = iter(range(1, 1_000_000))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits for an acknowledgement

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._handle(b"")

        def do_POST(self) -> None:
            self._handle(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _handle(self, body: bytes) -> None:
            with lock:
                number = next(count)
                instead = hook(number, "before")
                if instead is None:
                    answer = self._answer(body)
                    instead = hook(number, "after")
                if instead is not None:
                    answer = instead
            if answer == 0:
                self.close_connection = True
                return
            status = answer if isinstance(answer, int) else 200
            data = b"<html>broken</html>" if isinstance(answer, int) else answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if 300 <= status < 400:
                self.send_header("Location", "https://other.example.edu/?token=x")
            self.end_headers()
            self.wfile.write(data)

        def _answer(self, body: bytes) -> bytes | int:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            try:
                if parts.path == "/webservice/rest/server.php":
                    return self._rest(body)
                if query.get("token") != TOKEN:
                    raise refusal("invalidtoken", "Invalid token - token not found")
                if parts.path == "/webservice/upload.php":
                    return self._upload(body)
                _, _, address = unquote(parts.path).partition("/pluginfile.php/")
                moodle.asked.append("file")
                return moodle.file(address)
            except MoodleSaysNo as error:
                return json.dumps(error.error).encode()
            except KeyError:
                return 404

        def _rest(self, body: bytes) -> bytes:
            given = parse_qs(body.decode(), keep_blank_values=True)
            flat = {key: values[0] for key, values in given.items()}
            if flat.pop("wstoken", "") != TOKEN:
                raise refusal("invalidtoken", "Invalid token - token not found")
            function = flat.pop("wsfunction")
            assert flat.pop("moodlewsrestformat") == "json"
            moodle.asked.append(function)
            return json.dumps(moodle.answer(function, _nested(flat))).encode()

        def _upload(self, body: bytes) -> bytes:
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            fields: dict[str, str] = {}
            name, data = "", b""
            for part in message_from_bytes(head + body, policy=HTTP).iter_parts():
                content = part.get_payload(decode=True)
                if (found := part.get_filename()) is not None:
                    name, data = found, content
                else:
                    key = part.get_param("name", header="content-disposition")
                    fields[str(key)] = content.decode()
            assert fields["filearea"] == "draft"
            moodle.asked.append("upload")
            path = (fields.get("filepath", "/") + name).lstrip("/")
            return json.dumps(moodle.upload(int(fields["itemid"]), path, data)).encode()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """`a[b][0]` as dicts, as PHP reads it."""
    found: dict[str, Any] = {}
    for key, value in flat.items():
        first, *rest = re.findall(r"[^\[\]]+", key)
        at = found
        for part, after in zip([first, *rest], rest, strict=False):
            at = at.setdefault(part, {})
            del after
        at[[first, *rest][-1]] = value
    return found


# ---------------------------------------------------------------- classes


def assignment(number: int, **more: Any) -> dict[str, Any]:
    """A recorded assignment, perhaps with other rules."""
    (course,) = recorded("ws_get_assignments")["courses"]
    (found,) = [one for one in course["assignments"] if one["id"] == number]
    return found | more


def everybody() -> list[dict[str, Any]]:
    """The 18 students: users 3 to 20, as in the recorded grades."""
    template = recorded("ws_list_participants_d_team")[0]
    text = (DATA / "a_worksheet_round2_comments_stripped.csv").read_text(encoding="utf-8-sig")
    people = []
    for row in csv.DictReader(io.StringIO(text)):
        number = int(row["Email address"][1:3]) + 2
        mail = row["Email address"]
        people.append(template | {"id": number, "fullname": row["Full name"], "email": mail})
    return people


def handed_in() -> dict[int, dict[str, bytes]]:
    """What they really handed in, by user: path -> content."""
    text = (DATA / "a_worksheet_round2_comments_stripped.csv").read_text(encoding="utf-8-sig")
    users = {
        row["Identifier"].removeprefix("Participant "): int(row["Email address"][1:3]) + 2
        for row in csv.DictReader(io.StringIO(text))
    }
    found: dict[int, dict[str, bytes]] = {}
    with zipfile.ZipFile(DATA / "a_downloadall_17_names.zip") as archive:
        for info in archive.infolist():
            top, _, path = info.filename.partition("/")
            number = top.split("_")[-3]
            found.setdefault(users[number], {})[path] = archive.read(info)
    return found


def class_of_18(extra: Mapping[int, Mapping[str, bytes]], **rules: Any) -> Moodle:
    """An assignment in which everybody handed in; `extra` are other works, by user."""
    template = recorded("ws_get_submissions_c_blind")["assignments"][0]["submissions"][0]
    file_template = template["plugins"][0]["fileareas"][0]["files"][0]
    files: dict[str, bytes] = {}
    rows = []
    for user, work in sorted((handed_in() | dict(extra)).items()):
        row = copy.deepcopy(template) | {"id": 300 + user, "userid": user}
        listed = []
        for path, data in work.items():
            address = f"23/assignsubmission_file/submission_files/{row['id']}/{path}"
            files[address] = data
            folder, _, name = path.rpartition("/")
            about = {"filename": name, "filepath": f"/{folder}/" if folder else "/"}
            url = f"{SITE}/webservice/pluginfile.php/{quote(address)}"
            listed.append(file_template | about | {"filesize": len(data), "fileurl": url})
        row["plugins"][0]["fileareas"][0]["files"] = listed
        rows.append(row)
    return Moodle(assignment(1, **rules), everybody(), rows, files)


def replayed(name: str, archive: str, rules: dict[str, Any]) -> Moodle:
    """An assignment whose submissions are a recorded answer, with files of a real download."""
    (found,) = recorded(name)["assignments"]
    by_size = {}
    with zipfile.ZipFile(DATA / archive) as download:
        for info in download.infolist():
            by_size[info.file_size, info.filename.rpartition("/")[2]] = download.read(info)
    files = {}
    for row in found["submissions"]:
        for plugin in row["plugins"]:
            for area in plugin.get("fileareas", ()):
                for file in area["files"]:
                    address = unquote(file["fileurl"].partition("/pluginfile.php/")[2])
                    files[address] = by_size[file["filesize"], file["filename"]]
    return Moodle(rules | {"id": found["assignmentid"]}, everybody(), found["submissions"], files)


def teams() -> Moodle:
    """The recorded team assignment: four teams, and the rest in the default team."""
    moodle = replayed("ws_get_submissions_d_team", "d_downloadall_teams.zip", assignment(4))
    known = {one["id"]: one for one in recorded("ws_list_participants_d_team")}
    named = {1: 'Team_One &amp; "Co"', 2: "Team O'Two", 3: "Équipe 3/B", 4: "平成"}
    for one in moodle.people:
        team = (one["id"] - 3) // 3 + 1
        for key in ("groups", "groupid", "groupname"):
            one.pop(key, None)
        if team in named:
            one |= {"groupid": team, "groupname": named[team]}
            one |= {"groups": [{"id": team, "name": named[team], "description": ""}]}
        if one["id"] in known:  # the recorded members are where the real server had them
            assert known[one["id"]].get("groupid") == one.get("groupid"), one
    return moodle


def blind() -> Moodle:
    """The recorded assignment with blind marking: three hand-ins."""
    rules = assignment(2)
    return replayed("ws_get_submissions_c_blind", "a_downloadall_17_names.zip", rules)
