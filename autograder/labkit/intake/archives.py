"""Reads zip and tar archives that strangers made, without trusting a word of their headers.

Nothing is ever extracted here: a reader lists the regular files of an archive and gives the bytes
of those one asks for. Links, devices and paths that climb out are left out; sizes are counted while
unpacking, never believed; entries that share bytes, as in zip bombs, are refused. The standard
library's readers build an object per claimed entry, allocate what a header claims and stop at odd
names, so the little of the formats that is needed is read here instead.

Formats: PKWARE's APPNOTE 6.3 (zip with stored and deflated entries, zip64); POSIX ustar with GNU
long names and pax paths, plain or gzipped.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import itertools
import os
import re
import stat
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from labkit.base.errors import of_the_machine

CHUNK = 1 << 16


class ArchiveError(Exception):
    """What is wrong with an archive or a file in it: a phrase that follows its name."""


class TooLargeError(ArchiveError):
    """A file is larger, once unpacked, than the caller takes."""


@dataclass
class Budget:
    """How many bytes one submission may make the reader unpack, all its archives together."""

    left: int = 256 << 20

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises ArchiveError when they run out."""
        self.left -= count
        if self.left < 0:
            raise ArchiveError("unpacks to far more than a lab needs (a zip bomb, or large data)")


@dataclass(frozen=True, slots=True)
class File:
    """A regular file of a submission, wherever it lies."""

    path: str
    """Inside the submission, parts joined by `/`, never climbing out."""
    size: int
    """As claimed; only good for sorting and for messages."""
    modified: float
    """Larger is later; comparable only within one archive or folder."""
    read: Callable[[int], bytes]
    """`read(limit)`: the bytes; ArchiveError if damaged, TooLargeError over `limit`."""
    open: Callable[[int], IO[bytes]]
    """`open(limit)`: the same as a file that can be seeked in, to be closed by the caller."""


@dataclass
class Listing:
    """Files found, and in words what was left out."""

    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def clean_path(raw: str) -> str | None:
    """`raw` as a relative path with `/`, or None where it climbs out or cannot name a file.

    Backslashes divide too (older Windows tools write them), a drive or leading slashes go.
    """
    if "\0" in raw:
        return None
    parts = [part for part in raw.replace("\\", "/").split("/") if part not in ("", ".")]
    if parts and re.fullmatch(r"[A-Za-z]:", parts[0]):
        del parts[0]
    if not parts or ".." in parts:
        return None
    return "/".join(parts)


def shown(text: str, length: int = 60) -> str:
    """`text` fit for a message: one line, printable, its middle cut out when long."""
    text = "".join(c if c.isprintable() else "?" for c in text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) <= length:
        return text
    keep = (length - 1) // 2
    return text[:keep] + "…" + text[-keep:]


# Zip ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a zip's table of contents."""

    path: str
    raw_name: str
    offset: int
    packed: int
    size: int
    crc: int
    method: int
    locked: bool
    special: bool
    modified: float


_CUT = "is cut off or damaged: its table of contents is missing, so it must be handed in again"
_DAMAGED = "is damaged: its table of contents makes no sense, so it must be handed in again"


Keep = Callable[[str], bool]
"""Whether the file at a path is looked at."""


def zip_entries(file: IO[bytes], *, limit: int, keep: Keep = lambda path: True) -> list[Entry]:
    """The files that a zip's table of contents lists, folders left out, in its order.

    `path` is empty where the name climbs out or cannot name a file. Raises ArchiveError if the
    table is missing, broken, has over `limit` lines, or has entries that share bytes. `keep` leaves
    files out.
    """
    try:
        return _central_directory(file, limit, keep)
    except (struct.error, IndexError, OverflowError, ValueError, OSError) as error:
        if of_the_machine(error):
            raise
        raise ArchiveError(_DAMAGED) from error


def _central_directory(file: IO[bytes], limit: int, keep: Keep) -> list[Entry]:
    end = file.seek(0, 2)
    tail_length = min(end, 22 + 0xFFFF)
    file.seek(end - tail_length)
    tail = file.read(tail_length)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise ArchiveError(_CUT)
    count, table_size, table_offset = struct.unpack("<HII", tail[at + 10 : at + 20])
    table_end = end - tail_length + at
    if at >= 20 and tail[at - 20 : at - 16] == b"PK\6\7":
        file.seek(struct.unpack("<Q", tail[at - 12 : at - 4])[0])
        record = file.read(56)
        if record[:4] == b"PK\6\6":
            count, table_size, table_offset = struct.unpack("<QQQ", record[32:56])
            table_end = table_offset + table_size
    if count > limit:
        raise ArchiveError(f"claims to hold {count} files, more than the {limit} that are read")
    shift = table_end - table_size - table_offset  # bytes that something put before the zip
    if shift < 0 or table_size > limit * 1024:
        raise ArchiveError(_CUT if shift < 0 else _DAMAGED)
    file.seek(table_offset + shift)
    table = file.read(table_size)

    entries: list[Entry] = []
    spans: list[tuple[int, int]] = []
    position = 0
    while position + 46 <= len(table) and table[position : position + 4] == b"PK\1\2":
        if len(spans) >= limit:
            raise ArchiveError(f"holds more files than the {limit} that are read")
        (
            flags,
            method,
            time,
            date,
            crc,
            packed,
            size,
            name_length,
            extra_length,
            comment_length,
        ) = struct.unpack("<4H3I3H", table[position + 8 : position + 34])
        attributes, offset = struct.unpack("<II", table[position + 38 : position + 46])
        name_end = position + 46 + name_length
        name = table[position + 46 : name_end]
        extra = table[name_end : name_end + extra_length]
        position = name_end + extra_length + comment_length
        size, packed, offset = _zip64(extra, size, packed, offset)
        offset += shift
        spans.append((offset, offset + 30 + name_length + packed))
        text = _true_name(extra, name) or _name(name, utf8=bool(flags & 0x800))
        kind = stat.S_IFMT(attributes >> 16)
        if text.endswith(("/", "\\")) or kind == stat.S_IFDIR:
            continue
        path = clean_path(text) or ""
        if path and not keep(path):
            continue
        entries.append(
            Entry(
                path=path,
                raw_name=text,
                offset=offset,
                packed=packed,
                size=size,
                crc=crc,
                method=method,
                locked=bool(flags & 0x2041),
                special=kind not in (0, stat.S_IFREG),
                modified=float(date << 16 | time),
            )
        )
    if len(spans) < count % 0x10000:
        raise ArchiveError(_DAMAGED)
    spans.sort()
    spans.append((table_offset + shift, end))
    if any(after[0] < before[1] for before, after in itertools.pairwise(spans)):
        raise ArchiveError("has entries that share the same bytes, as zip bombs do")
    return entries


def _zip64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Sizes and offset, the 64-bit ones where the 32-bit fields are full."""
    for body in _extra_fields(extra, 1):
        values = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
        size = next(values, size) if size == 0xFFFFFFFF else size
        packed = next(values, packed) if packed == 0xFFFFFFFF else packed
        offset = next(values, offset) if offset == 0xFFFFFFFF else offset
    return size, packed, offset


def _true_name(extra: bytes, raw: bytes) -> str:
    """The name in Info-ZIP's Unicode Path field, where it belongs to the name that stands there."""
    for body in _extra_fields(extra, 0x7075):
        if len(body) > 5 and body[0] == 1 and body[1:5] == struct.pack("<I", zlib.crc32(raw)):
            with contextlib.suppress(UnicodeDecodeError):
                return body[5:].decode("utf-8")
    return ""


def _extra_fields(extra: bytes, wanted: int) -> Iterator[bytes]:
    """The bodies of an entry's extra fields of one kind."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[position : position + 4])
        if kind == wanted:
            yield extra[position + 4 : position + 4 + length]
        position += 4 + length


def _name(raw: bytes, *, utf8: bool) -> str:
    """A member's name. Many tools write UTF-8 without saying so; the default is cp437."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if utf8 else raw.decode("cp437")


def zip_stream(file: IO[bytes], entry: Entry, budget: Budget, limit: int) -> Iterator[bytes]:
    """The bytes of one entry, in pieces of at most `CHUNK`; the checksum is compared at the end.

    Raises ArchiveError where the entry is locked, packed in a rare way, cut off or damaged, and
    TooLargeError once more than `limit` bytes came out.
    """
    if entry.locked:
        raise ArchiveError("is locked with a password, so hand it in without one")
    if entry.method not in (0, 8):
        raise ArchiveError("is packed in a rare way, so zip it with your system's own zip command")
    file.seek(entry.offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\3\4":
        raise ArchiveError("is cut off or damaged, so it must be handed in again")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    file.seek(name_length + extra_length, 1)

    crc = total = 0
    unpack = zlib.decompressobj(-15) if entry.method == 8 else None
    left, pending = entry.packed, b""
    while True:
        if not pending:
            pending = file.read(min(CHUNK, left))
            left -= len(pending)
        if unpack is None:
            piece, pending, done = pending, b"", not pending
        else:
            try:
                piece = unpack.decompress(pending, CHUNK)
            except zlib.error as error:
                raise ArchiveError("is damaged, so it must be handed in again") from error
            exhausted = not pending
            pending = unpack.unconsumed_tail
            done = unpack.eof or (exhausted and not piece)
        total += len(piece)
        budget.spend(len(piece))
        if total > limit:
            raise TooLargeError(f"is larger than {size_in_words(limit)}")
        crc = zlib.crc32(piece, crc)
        if piece:
            yield piece
        if done:
            break
    if crc != entry.crc or (unpack is not None and not unpack.eof):
        raise ArchiveError("is damaged (its checksum is wrong), so it must be handed in again")


def zip_listing(file: IO[bytes], entries: Sequence[tuple[str, Entry]], budget: Budget) -> Listing:
    """Files of an open zip. `entries` pairs each with the path it is to have.

    Of entries with the same path the last counts, as in every unpacker.
    """
    listing = Listing()
    found: dict[str, File] = {}
    for path, entry in entries:
        if entry.special:
            listing.notes.append(f"{shown(entry.raw_name)} is a link or a device; left out.")
        elif not path:
            listing.notes.append(f"{shown(entry.raw_name)} points out of the archive; left out.")
        else:
            if path in found:
                listing.notes.append(f"{shown(path)} is there twice; the later one counts.")
            stream = partial(zip_stream, file, entry, budget)
            found[path] = _streamed(path, entry.size, entry.modified, stream)
    listing.files = list(found.values())
    return listing


def _streamed(
    path: str, size: int, modified: float, stream: Callable[[int], Iterator[bytes]]
) -> File:
    def read(limit: int) -> bytes:
        return b"".join(stream(limit))

    def open_(limit: int) -> IO[bytes]:
        return _spooled(stream(limit))

    return File(path, size, modified, read, open_)


def _spooled(pieces: Iterable[bytes]) -> IO[bytes]:
    """A temporary file with `pieces` in it, in memory while it is small."""
    out = tempfile.SpooledTemporaryFile(max_size=4 << 20)  # noqa: SIM115 (the caller closes it)
    try:
        for piece in pieces:
            _add(piece, out)
        out.seek(0)
    except BaseException:
        out.close()
        raise
    return out


def _add(piece: bytes, out: IO[bytes]) -> None:
    try:
        out.write(piece)
    except FileNotFoundError as error:  # so tempfile says that no folder takes a file
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error


# Tar ---------------------------------------------------------------------------------------------


def tar_listing(
    file: IO[bytes], budget: Budget, *, limit: int, keep: Keep = lambda path: True
) -> Listing:
    """Regular files of an open, seekable, uncompressed tar; ArchiveError if it is broken."""
    listing = Listing()
    found: dict[str, File] = {}
    end = file.seek(0, 2)
    position, members, long_name = 0, 0, ""
    while position + 512 <= end:
        file.seek(position)
        header = file.read(512)
        if not header.strip(b"\0"):
            break
        members += 1
        if members > limit:
            raise ArchiveError(f"holds more files than the {limit} that are read")
        try:
            size = _tar_number(header[124:136])
            modified = float(_tar_number(header[136:148]))
            if _tar_number(header[148:156]) != sum(header[:148]) + 256 + sum(header[156:]):
                raise ValueError("checksum")
        except ValueError as error:
            raise ArchiveError("is damaged, so it must be handed in again") from error
        start, position = position + 512, position + 512 + (size + 511) // 512 * 512
        if size < 0 or start + size > end:
            raise ArchiveError("is cut off, so it must be handed in again")
        kind = header[156:157]
        if kind in b"Lx":
            body = file.read(min(size, CHUNK))
            long_name = _text(body) if kind == b"L" else _pax_path(body) or long_name
            continue
        if kind in b"Kg":
            continue
        name, long_name = long_name or _ustar_name(header), ""
        path = clean_path(name)
        if kind in b"12346":
            listing.notes.append(f"{shown(name)} is a link or a device; left out.")
        elif kind in b"07\0" and not name.endswith("/"):
            if path is None:
                listing.notes.append(f"{shown(name)} points out of the archive; left out.")
                continue
            if not keep(path):
                continue
            stream = partial(_span, file, start, size, budget=budget)
            found[path] = _streamed(path, size, modified, stream)
    listing.files = list(found.values())
    return listing


def _span(file: IO[bytes], start: int, size: int, limit: int, *, budget: Budget) -> Iterator[bytes]:
    """`size` bytes of `file` from `start` on, in pieces."""
    if size > limit:
        raise TooLargeError(f"is larger than {size_in_words(limit)}")
    for offset in range(0, size, CHUNK):
        file.seek(start + offset)
        piece = file.read(min(CHUNK, size - offset))
        budget.spend(len(piece))
        yield piece


def _tar_number(field: bytes) -> int:
    """A header's number: octal text, or GNU's big-endian bytes; ValueError if neither."""
    if field[:1] in (b"\x80", b"\xff"):
        return int.from_bytes(field[1:], "big")
    return int(field.strip(b" \0") or b"0", 8)


def _ustar_name(header: bytes) -> str:
    prefix = header[345:500] if header[257:262] == b"ustar" and header[263:265] == b"00" else b""
    name = _text(header[:100])
    return f"{_text(prefix)}/{name}" if prefix.strip(b"\0") else name


def _pax_path(body: bytes) -> str:
    """The `path` of a pax header, or nothing. Records are `<length> <key>=<value>\\n`."""
    position = 0
    while (space := body.find(b" ", position, position + 20)) > 0:
        try:
            length = int(body[position:space])
        except ValueError:
            break
        if length <= space - position:
            break
        key, _, value = body[space + 1 : position + length].rstrip(b"\n").partition(b"=")
        if key == b"path":
            return _text(value)
        position += length
    return ""


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace")


# Either ------------------------------------------------------------------------------------------

_OTHERS = (
    (b"Rar!", "is a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive"),
    (b"\xfd7zXZ\0", "is an xz archive"),
    (b"BZh", "is a bzip2 archive"),
    (b"\x28\xb5\x2f\xfd", "is a zstd archive"),
    (b"%PDF", "is a PDF"),
    (b"\xd0\xcf\x11\xe0", "is an Office document"),
    (b"{", "is a text file, perhaps a notebook under a wrong name"),
    (b"<", "is a web page, not an archive (the upload or the download went wrong)"),
)


def open_archive(
    file: IO[bytes],
    budget: Budget,
    resources: contextlib.ExitStack,
    *,
    limit: int,
    keep: Keep = lambda path: True,
) -> Listing:
    """Files of an open archive, told by its first bytes; ArchiveError says what it is otherwise.

    They can be read until `resources` is closed.
    """
    start = file.read(512)
    if not start:
        raise ArchiveError(
            "is empty (0 bytes): the upload probably broke off, so it must be handed in again"
        )
    for magic, words in _OTHERS:
        if start.startswith(magic):
            raise ArchiveError(f"{words}, which the grader does not open: hand in a zip")
    if start.startswith(b"\x1f\x8b"):
        file.seek(0)
        unpacked = resources.enter_context(_gunzipped(file, budget))
        return tar_listing(unpacked, budget, limit=limit, keep=keep)
    if start[257:262] == b"ustar":
        return tar_listing(file, budget, limit=limit, keep=keep)
    if b"PK" not in start[:2]:
        raise ArchiveError("is no zip archive, whatever its name says: hand in a zip")
    entries = zip_entries(file, limit=limit, keep=keep)
    return zip_listing(file, [(entry.path, entry) for entry in entries], budget)


def _gunzipped(file: IO[bytes], budget: Budget) -> IO[bytes]:
    """A temporary file with what a gzip file holds; ArchiveError if it is broken or too much."""

    def pieces() -> Iterator[bytes]:
        with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
            while piece := unpacked.read(CHUNK):
                budget.spend(len(piece))
                yield piece

    try:
        out = _spooled(pieces())
    except (OSError, EOFError, zlib.error) as error:
        if of_the_machine(error):
            raise
        raise ArchiveError("is cut off or damaged, so it must be handed in again") from error
    out.seek(257)
    if out.read(5) != b"ustar":
        out.close()
        raise ArchiveError("is a single gzipped file, so hand in a zip of the folder")
    return out


def size_in_words(size: int) -> str:
    """`1048576` as `1 MB`."""
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{max(1, size >> 10)} KB"
