"""Sources: the untouched published file and what is known about it.

Place in the chain: before the readers.  Input: a folder of ``data/raw`` with its ``source.yml``, or
any readable file.  Output: a :class:`Source`.

A folder ``data/raw/<source_id>/`` holds the file as published and ``source.yml`` with the keys of
:class:`Source`; ``url: null`` says that the address is unknown.  Where the conversion of a document
is at fault, ``corrections.yml`` stands beside them (see ``corrections``).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.amounts import UNIT_FACTORS
from helpers.corrections import FILE_NAME, Correction, apply_corrections, read_corrections
from helpers.document import DisclosureError, Document
from helpers.privacy import find_contacts
from helpers.proposals import propose
from helpers.readers import READABLE_SUFFIXES, TEXT_SUFFIXES, parse_lines, read_document
from helpers.sidecars import check_keys, read_sidecar

SOURCE_ID = re.compile(r"[a-z0-9_]+")
_REQUIRED = frozenset({"source_id", "title", "department", "fiscal_year", "kind", "file", "sha256"})
_OPTIONAL = frozenset({"place", "url", "date_accessed", "conversion", "unit"})


@dataclass(frozen=True, slots=True)
class Source:
    """One published disclosure.

    Attributes
    ----------
    source_id
        ``<place>_<department>_<year>_<kind>``, matching ``[a-z0-9_]+``.
    path
        The file as published.
    title, department, place
        In Chinese, as published; ``place`` may be empty.
    fiscal_year, kind
        The year the figures are for; ``budget`` or ``final``.
    url
        Where it was published, or None where unknown.
    conversion
        How the file at hand came from the published one; empty where not known.
    sha256
        Of the file.
    unit
        Of tables that state none, where a person who knows it has said so; usually empty.
    corrections
        Faults of the conversion that are mended before reading.
    """

    source_id: str
    path: Path
    title: str
    department: str
    place: str
    fiscal_year: int
    kind: str
    url: str | None
    sha256: str
    conversion: str = ""
    unit: str = ""
    corrections: tuple[Correction, ...] = ()

    @property
    def phase(self) -> str:
        """The phase that the tables of this kind of disclosure state."""
        return "initial_budget" if self.kind == "budget" else "final"


def find_root() -> Path:
    """Return the root of the collection: ``HELPERS_ROOT``, else the nearest with ``data/raw``.

    Raises
    ------
    DisclosureError
        If neither exists.
    """
    named = os.environ.get("HELPERS_ROOT")
    candidates = [Path(named)] if named else [Path.cwd(), *Path.cwd().parents]
    for folder in candidates:
        if (folder / "data" / "raw").is_dir():
            return folder
    raise DisclosureError(
        "No folder data/raw was found here or above; start in the collection or set HELPERS_ROOT."
    )


def list_sources() -> list[str]:
    """Return the ``source_id`` of every filed disclosure of the collection, sorted."""
    return sorted(path.parent.name for path in (find_root() / "data" / "raw").glob("*/source.yml"))


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_values(sidecar: Path, entries: Mapping[str, Any]) -> None:
    """Refuse values of another kind than the keys of ``source.yml`` ask for."""
    for key in ("title", "department", "file"):
        if not isinstance(entries[key], str) or not entries[key]:
            raise DisclosureError(f"{sidecar}: {key} must be a text, not {entries[key]!r}.")
    if Path(entries["file"]).name != entries["file"]:
        raise DisclosureError(
            f"{sidecar}: file must be the name of a file beside it, not {entries['file']!r}."
        )
    for key in ("place", "url", "conversion"):
        if not isinstance(entries.get(key), str | None):
            raise DisclosureError(f"{sidecar}: {key} must be a text or null.")
    if entries.get("unit") not in (None, *UNIT_FACTORS):
        known = ", ".join(UNIT_FACTORS)
        raise DisclosureError(f"{sidecar}: unit must be one of {known}, not {entries['unit']!r}.")
    year = entries["fiscal_year"]
    if not isinstance(year, int) or not 1949 <= year <= 2999:
        raise DisclosureError(f"{sidecar}: fiscal_year must be a year, not {year!r}.")


def read_source(folder: Path) -> Source:
    """Read ``source.yml`` of a folder of ``data/raw``.

    Raises
    ------
    DisclosureError
        If the folder or its ``source.yml`` is missing, a key is missing or unknown, a value is of
        the wrong kind, the raw file is missing or differs from its checksum, or
        ``corrections.yml`` cannot be read.
    """
    sidecar = folder / "source.yml"
    if not sidecar.is_file():
        raise DisclosureError(f"{folder} holds no source.yml, so it is no filed disclosure.")
    entries = read_sidecar(sidecar)
    check_keys(str(sidecar), entries, _REQUIRED, _OPTIONAL)
    _check_values(sidecar, entries)
    if entries["source_id"] != folder.name or not SOURCE_ID.fullmatch(folder.name):
        raise DisclosureError(f"{sidecar}: source_id must be the folder's name, of [a-z0-9_] only.")
    if entries["kind"] not in ("budget", "final"):
        raise DisclosureError(f"{sidecar}: kind must be budget or final, not {entries['kind']!r}.")
    path = folder / entries["file"]
    if not path.is_file():
        raise DisclosureError(f"{sidecar} names {entries['file']}, which is not there.")
    if checksum(path) != entries["sha256"]:
        raise DisclosureError(
            f"{path} differs from the checksum in source.yml: raw files stay as published."
        )
    return Source(
        source_id=entries["source_id"],
        path=path,
        title=entries["title"],
        department=entries["department"],
        place=entries.get("place") or "",
        fiscal_year=entries["fiscal_year"],
        kind=entries["kind"],
        url=entries.get("url"),
        sha256=entries["sha256"],
        conversion=entries.get("conversion") or "",
        unit=entries.get("unit") or "",
        corrections=read_corrections(folder),
    )


def propose_source(path: Path, document: Document) -> Source:
    """Propose what ``source.yml`` would say, from the text of a file that is not filed yet.

    Parameters
    ----------
    path
        The file.
    document
        The same file as read.

    Returns
    -------
    Source
        ``source_id`` is the file's stem where that is a valid identifier, else ``disclosure_`` and
        the start of the checksum.

    Raises
    ------
    DisclosureError
        If the text names no year with 预算 or 决算, or no department.
    """
    proposal = propose(document)
    if proposal.year is None or proposal.kind is None:
        raise DisclosureError(
            f"{path.name} names no year with 预算 or 决算, so it is no disclosure."
        )
    if proposal.department is None:
        raise DisclosureError(
            f"{path.name} does not say which department it is about; say so in a source.yml."
        )
    department, year, kind = (
        proposal.department.value,
        proposal.year.value,
        proposal.kind.value,
    )
    digest = checksum(path)
    stem = path.stem.lower()
    return Source(
        source_id=stem if SOURCE_ID.fullmatch(stem) else f"disclosure_{digest[:8]}",
        path=path,
        title=f"{department}{year}年{'部门预算' if kind == 'budget' else '部门决算'}公开",
        department=department,
        place="",
        fiscal_year=int(year),
        kind=kind,
        url=None,
        sha256=digest,
    )


def find_sources(place: Path) -> list[Path]:
    """Return what can be cleaned under a path: filed folders, or single readable files.

    Parameters
    ----------
    place
        A file, a folder with ``source.yml``, or a folder of such folders or of files.

    Raises
    ------
    DisclosureError
        If the path does not exist or holds nothing readable.
    """
    if not place.exists():
        raise DisclosureError(f"There is no {place}.")
    if place.is_file() or (place / "source.yml").is_file():
        return [place]
    children = sorted(child for child in place.iterdir() if not child.name.startswith("."))
    filed = [child for child in children if child.is_dir() and is_filed(child)]
    loose = [c for c in children if c.is_file() and c.suffix.lower() in READABLE_SUFFIXES]
    if not filed and not loose:
        raise DisclosureError(f"{place} holds no disclosure: no source.yml and no readable file.")
    # Among filed disclosures a folder without source.yml is a mistake, to be named when it is read.
    others = [child for child in children if filed and child.is_dir() and child not in filed]
    unfiled = [child for child in others if any(child.iterdir())]
    return sorted(filed + unfiled) + loose


def is_filed(place: Path) -> bool:
    """Tell whether a folder, or that of a file, holds ``source.yml``.

    A folder that cannot be entered counts as filed.
    """
    folder = place.parent if place.is_file() else place
    try:
        return (folder / "source.yml").is_file()
    except PermissionError:
        return True


def open_source(place: Path) -> tuple[Source, Document]:
    """Return source and document of a filed folder or a single file.

    The document of a filed folder is that of the corrected text; the raw file stays as published.

    Raises
    ------
    DisclosureError
        If the file cannot be read, or ``source.yml`` or ``corrections.yml`` does not fit it.
    """
    if place.is_dir():
        source = read_source(place)
        document = read_document(source.path)
        if source.corrections:
            sidecar, name = place / FILE_NAME, document.name
            if source.path.suffix.lower() not in TEXT_SUFFIXES:
                raise DisclosureError(
                    f"{sidecar} corrects conversions to text; {name} is as published."
                )
            lines = apply_corrections(sidecar, name, document.lines, source.corrections)
            document = parse_lines(name, lines)
            contacts = find_contacts(document)
            for number, correction in enumerate(source.corrections, 1):
                if (
                    contacts.mask(correction.correction, (correction.line,))
                    != correction.correction
                ):
                    raise DisclosureError(
                        f"{sidecar}: entry {number} is about a person or a telephone number, which "
                        "nothing reads; remove it."
                    )
        return source, document
    if (place.parent / "source.yml").is_file():
        return open_source(place.parent)
    document = read_document(place)
    return propose_source(place, document), document
