"""The files of hand-ins: each version of each is fetched once and kept beside the results."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from labkit.base.files import writing
from labkit.base.progress import progress
from labkit.intake import Moodle, Submissions
from labkit.intake.archives import shown
from labkit.intake.classes import ClassOf, Found
from labkit.intake.places import InZip, entries_of
from labkit.platforms.moodle.live.assignment import Class, HandIn, RemoteFile, when
from labkit.platforms.moodle.live.service import LARGEST_FILE, Service

FOLDER = "fetched"
"""In OUT: a zip a hand-in, named after the version of the work."""
_OLDEST = 315_619_200
"""1980, where the times of zip files begin."""


def fetch(service: Service, found: Class, out: Path) -> None:
    """Fetch what is not there yet. A zip is whole or not there, so any stop costs little."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {_zip_of(one, out).name for one in found.hand_ins}
    for old in folder.iterdir():
        if old.name not in wanted:
            old.unlink()
    with progress("fetching") as (begin, advance):
        missing = [one for one in found.hand_ins if not _zip_of(one, out).is_file()]
        begin(len(missing))
        for one in missing:
            files = () if _too_large(one) else one.files
            _write(
                _zip_of(one, out), {file: service.download(file.url, file.size) for file in files}
            )
            advance(one)


def _write(path: Path, files: Mapping[RemoteFile, bytes]) -> None:
    """A zip, whole or not there; its times tell which of several files is the newest."""
    with writing(path) as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in files.items():
            moment = datetime.fromtimestamp(max(file.modified, _OLDEST), UTC)
            info = zipfile.ZipInfo(file.path, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def opened(found: Class, out: Path, modules: Collection[str]) -> Submissions:
    """The fetched hand-ins, to be graded."""
    class_of = ClassOf(notes=list(found.notes))
    for one in found.hand_ins:
        number = one.number if one.number is not None else one.id
        subject = f"The submission of {shown(one.name, 40)} ({number})"
        class_of.found.append(
            Found(
                text=f"{one.name[:60]}_{number}",
                origin=f"{one.name}_{number}",
                subject=subject,
                place=_place(_zip_of(one, out)),
                platform=Moodle(
                    one.number,
                    one.name,
                    email=one.email,
                    submitted=when(one.modified),
                    late=one.late,
                    extension=one.extension,
                ),
                problem=f"{subject} is too large to be fetched: look at it in Moodle."
                if _too_large(one)
                else None,
            )
        )
    return Submissions(class_of, modules)


def _place(archive: Path) -> InZip:
    entries = enumerate(entries_of(archive))
    return InZip(archive, tuple((entry.path, n) for n, entry in entries if entry.path))


def _zip_of(one: HandIn, out: Path) -> Path:
    return out / FOLDER / f"{one.id}-{one.stamp}.zip"


def _too_large(one: HandIn) -> bool:
    return sum(file.size for file in one.files) > LARGEST_FILE
