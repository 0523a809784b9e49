"""Filing a new disclosure: from a downloaded file to ``data/raw`` and ``data/clean``.

Place in the chain: above ``disclosure``.  Input: a file and what a person knows about it.  Output:
``data/raw/<source_id>/`` with the file, byte for byte, and ``source.yml``; its clean files.

What the text states is proposed with the line it rests on; only what it does not state is asked.
Everything is read before anything is kept: a document that is refused leaves no trace.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.amounts import UNIT_FACTORS
from helpers.disclosure import Disclosure, check_unfiled, clean, read
from helpers.document import DisclosureError
from helpers.packaging import write_collection
from helpers.proposals import Proposal, Stated, propose, propose_identifier
from helpers.readers import read_document
from helpers.sidecars import read_sidecar
from helpers.sources import SOURCE_ID, checksum, find_root

Ask = Callable[[str], str]

_STEM = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
_KINDS = {"budget": "部门预算", "final": "部门决算"}
_HEADER = (
    "# What is known about the published document in this folder; the document itself stays "
    "untouched.\n"
)
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person says about a document; empty for what the text is to say.

    Attributes
    ----------
    source_id, department, place, year, kind, unit
        As in ``source.yml``; the year in digits, the kind ``budget`` or ``final``.
    """

    source_id: str = ""
    department: str = ""
    place: str = ""
    year: str = ""
    kind: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A value of ``source.yml`` and why it has it."""

    name: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"  {self.name:<11} {self.value or 'not known'}  ({self.reason})"


def _check_answers(answers: Answers) -> None:
    if answers.source_id and not SOURCE_ID.fullmatch(answers.source_id):
        raise DisclosureError(f"source_id must be of [a-z0-9_] only, not {answers.source_id!r}.")
    if answers.year and not re.fullmatch(r"(?:19|20)\d\d", answers.year):
        raise DisclosureError(f"year must be a year such as 2024, not {answers.year!r}.")
    if answers.kind and answers.kind not in _KINDS:
        raise DisclosureError(f"kind must be budget or final, not {answers.kind!r}.")
    if answers.unit and answers.unit not in UNIT_FACTORS:
        known = ", ".join(UNIT_FACTORS)
        raise DisclosureError(f"unit must be one of {known}, not {answers.unit!r}.")


def _settle(
    file: str, name: str, given: str, stated: Stated | None, ask: Ask | None, optional: bool = False
) -> Known:
    """Return the value given, else the one stated, else the answer of the person asked.

    Raises
    ------
    DisclosureError
        If there is none, unless the value may be left out.
    """
    if given:
        return Known(name, given, "as given")
    if stated is not None:
        quote = stated.text[:_LONGEST_QUOTE] + "…" * (len(stated.text) > _LONGEST_QUOTE)
        return Known(name, stated.value, f"{stated.origin}: {quote}")
    answer = ask(f"{file} does not state its {name}: ").strip() if ask else ""
    if answer:
        return Known(name, answer, "as answered")
    if optional:
        return Known(name, "", "the text does not say")
    raise DisclosureError(f"{file} does not state its {name}; say so with --{name}.")


def _identifier(
    path: Path, given: str, department: str, year: str, kind: str, ask: Ask | None
) -> Known:
    if given:
        return Known("source_id", given, "as given")
    if proposed := propose_identifier(department, int(year), kind):
        return Known("source_id", proposed, "place, department, year and kind")
    stem = path.stem.lower()
    if _STEM.fullmatch(stem) and year in stem:
        return Known("source_id", stem, "the name of the file")
    question = f"No identifier is known for {department}; <place>_<department>_{year}_{kind}: "
    answer = ask(question).strip() if ask else ""
    if not answer:
        raise DisclosureError(
            f"{path.name} needs an identifier, <place>_<department>_{year}_{kind} in small "
            f"letters for {department}; say so with --source-id."
        )
    _check_answers(Answers(source_id=answer))
    return Known("source_id", answer, "as answered")


def _settle_all(
    path: Path, proposal: Proposal, answers: Answers, ask: Ask | None
) -> dict[str, Known]:
    """Return every value of ``source.yml``, asked for where the text does not state it."""
    if answers.unit and proposal.unit and answers.unit != proposal.unit.value:
        raise DisclosureError(
            f"{path.name} states {proposal.unit.value} in {proposal.unit.origin}, not "
            f"{answers.unit}; leave --unit out."
        )
    name = path.name
    department = _settle(name, "department", answers.department, proposal.department, ask)
    place = _settle(name, "place", answers.place, proposal.place, ask, optional=True)
    year = _settle(name, "year", answers.year, proposal.year, ask)
    kind = _settle(name, "kind", answers.kind, proposal.kind, ask)
    unit = _settle(name, "unit", answers.unit, proposal.unit, ask)
    _check_answers(Answers(year=year.value, kind=kind.value, unit=unit.value))
    source_id = _identifier(path, answers.source_id, department.value, year.value, kind.value, ask)
    known = (source_id, department, place, year, kind, unit)
    return {entry.name: entry for entry in known}


def _refuse_filed(raw: Path, name: str, sha256: str) -> None:
    """Refuse a file that is filed already, under whatever name."""
    for sidecar in sorted(raw.glob("*/source.yml")):
        entries = read_sidecar(sidecar)
        if isinstance(entries, Mapping) and entries.get("sha256") == sha256:
            raise DisclosureError(f"{name} is filed already, as {sidecar.parent.name}.")


def _write_raw(folder: Path, path: Path, known: Mapping[str, Known], stated_unit: bool) -> None:
    """Write the raw file and ``source.yml`` into a new folder."""
    values = {name: entry.value for name, entry in known.items()}
    file = f"{values['source_id']}{path.suffix.lower()}"
    entries: dict[str, Any] = {
        "source_id": values["source_id"],
        "title": f"{values['department']}{values['year']}年{_KINDS[values['kind']]}公开",
        "department": values["department"],
        "place": values["place"] or None,
        "fiscal_year": int(values["year"]),
        "kind": values["kind"],
        "file": file,
        "sha256": checksum(path),
        "url": None,
        "date_accessed": None,
    }
    if not stated_unit:
        entries["unit"] = values["unit"]
    folder.mkdir()
    shutil.copyfile(path, folder / file)
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=1000)
    (folder / "source.yml").write_text(_HEADER + text, encoding="utf-8")


def add(
    path: Path, answers: Answers | None = None, ask: Ask | None = None
) -> tuple[Disclosure, list[Known]]:
    """File a disclosure, clean and audit it.

    Parameters
    ----------
    path
        A readable file.
    answers
        What a person says; it counts for more than the text, but for the unit.
    ask
        Asks a question and returns the answer; None to ask nothing.

    Returns
    -------
    (Disclosure, list of Known)
        The disclosure as filed, and what it was filed as.

    Raises
    ------
    DisclosureError
        If the file cannot be read or is no disclosure, if it or its ``source_id`` is filed
        already, or if something is not known.  Nothing is written then.
    """
    answers = answers or Answers()
    _check_answers(answers)
    root = find_root()
    raw = root / "data" / "raw"
    document = read_document(path)
    _refuse_filed(raw, path.name, checksum(path))
    proposal = propose(document)
    known = _settle_all(path, proposal, answers, ask)
    source_id = known["source_id"].value
    if (raw / source_id).exists():
        raise DisclosureError(f"{path.name} was not added: there is a {source_id} already.")
    # In a hidden folder until everything was read; a folder without a dot counts as filed.
    waiting = Path(tempfile.mkdtemp(prefix=".add-", dir=raw))
    try:
        _write_raw(waiting / source_id, path, known, stated_unit=proposal.unit is not None)
        check_unfiled(read(waiting / source_id))
        os.rename(waiting / source_id, raw / source_id)
    finally:
        shutil.rmtree(waiting)
    try:
        disclosure = clean(raw / source_id)
        write_collection(root / "data" / "clean")
    except BaseException:
        shutil.rmtree(raw / source_id)
        shutil.rmtree(root / "data" / "clean" / source_id, ignore_errors=True)
        raise
    return disclosure, list(known.values())


def describe_added(disclosure: Disclosure, known: list[Known]) -> str:
    """Return what was filed, what was found in it and what was not, for a terminal."""
    rows = disclosure.rows
    findings = [row for row in rows["findings"] if row["severity"] != "rounding"]
    lines = [f"{disclosure.source.source_id} was added:", *map(str, known[1:])]
    for table in rows["tables"]:
        amounts = f"{table['n_amounts']} amounts" if table["n_amounts"] else "empty"
        title = table["title"] or table["table_id"]
        lines.append(f"  table       {title}: {amounts} in {table['unit_text'] or 'no unit'}")
    if not rows["tables"]:
        lines.append("  table       no statutory table was found")
    lines.append(
        f"  found       {len(rows['facts'])} facts, {len(rows['claims'])} claims, "
        f"{len(rows['projects'])} projects"
    )
    lines.append(f"  not read    {len(rows['unread'])} figures, listed in unread.csv")
    lines.append(
        f"  audit       {len(rows['checks'])} checks, {len(findings)} findings; "
        f"python -m helpers audit data/raw/{disclosure.source.source_id} lists them"
    )
    return "\n".join(lines)
