"""Filing a new disclosure: from a downloaded file to ``data/raw`` and ``data/clean``.

Place in the chain: above ``disclosure``.  Input: a file and what a person knows about it.  Output:
``data/raw/<source_id>/`` with the file, byte for byte, and ``source.yml``; its clean files.

What the text states is proposed with the line it rests on; only what it does not state is asked,
and only of a document that holds figures.  Everything is read before anything is kept: a document
that is refused leaves no trace.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from helpers.amounts import UNIT_FACTORS
from helpers.disclosure import Disclosure, check_unfiled, read_opened, write_disclosure
from helpers.document import DisclosureError, Document
from helpers.packaging import write_collection
from helpers.proposals import Proposal, Stated, propose, propose_identifier
from helpers.readers import read_document
from helpers.sidecars import read_sidecar
from helpers.sources import SOURCE_ID, Source, checksum, find_root, read_source
from helpers.tables import UNKNOWN

Ask = Callable[[str], str]

_PLACE_AND_DEPARTMENT = re.compile(r"([a-z][a-z0-9]*(?:_[a-z0-9]+)*)_(?:19|20)\d\d(?![0-9])")
_KINDS = {"budget": "部门预算", "final": "部门决算"}
_HEADER = (
    "# What is known about the published document in this folder; the document itself stays "
    "untouched.\n"
)
_LONGEST_QUOTE = 60
_FORMS = {
    "year": "such as 2024",
    "kind": "budget or final",
    "unit": ", ".join(UNIT_FACTORS),
}


class MissingAnswer(DisclosureError):
    """Something is not known about a document that can be read.

    Attributes
    ----------
    problem
        What is missing, in a sentence without its full stop.
    name
        What a person has to say: a field of :class:`Answers`.
    """

    def __init__(self, problem: str, name: str) -> None:
        super().__init__(f"{problem}; say so with --{name.replace('_', '-')}.")
        self.problem, self.name = problem, name


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


def check_answers(answers: Answers) -> None:
    """Refuse an answer that cannot be right, whatever the document."""
    if answers.source_id and not SOURCE_ID.fullmatch(answers.source_id):
        raise DisclosureError(f"source_id must be of [a-z0-9_] only, not {answers.source_id!r}.")
    if answers.year and not re.fullmatch(r"(?:19|20)\d\d", answers.year):
        raise DisclosureError(f"year must be a year such as 2024, not {answers.year!r}.")
    if answers.kind and answers.kind not in _KINDS:
        raise DisclosureError(f"kind must be budget or final, not {answers.kind!r}.")
    if answers.unit and answers.unit not in UNIT_FACTORS:
        known = ", ".join(UNIT_FACTORS)
        raise DisclosureError(f"unit must be one of {known}, not {answers.unit!r}.")


def _ask_for(name: str, question: str, ask: Ask | None) -> str:
    """Ask until the answer is one that can be, or empty."""
    answer = ask(f"{question}: ").strip() if ask else ""
    while answer:
        try:
            check_answers(Answers(**{name: answer}))
        except DisclosureError as error:
            answer = ask(f"{error} Again: ").strip() if ask else ""
        else:
            break
    return answer


def _settle(
    file: str, name: str, given: str, stated: Stated | None, ask: Ask | None, optional: bool = False
) -> Known:
    """Return the value given, else the one stated, else the answer of the person asked.

    Raises
    ------
    MissingAnswer
        If there is none, unless the value may be left out.
    """
    if given:
        return Known(name, given, "as given")
    if stated is not None:
        quote = stated.text[:_LONGEST_QUOTE] + "…" * (len(stated.text) > _LONGEST_QUOTE)
        return Known(name, stated.value, f"{stated.origin}: {quote}")
    form = f" ({_FORMS[name]})" if name in _FORMS else " (may be left empty)" * optional
    if answer := _ask_for(name, f"{file} does not state its {name}{form}", ask):
        return Known(name, answer, "as answered")
    if optional:
        return Known(name, "", "the text does not say")
    raise MissingAnswer(f"{file} does not state its {name}", name)


def _identifier(
    path: Path, given: str, department: str, year: str, kind: str, ask: Ask | None
) -> Known:
    if given:
        return Known("source_id", given, "as given")
    if proposed := propose_identifier(department, int(year), kind):
        return Known("source_id", proposed, "place, department, year and kind")
    if named := _PLACE_AND_DEPARTMENT.match(path.stem.lower()):
        return Known("source_id", f"{named[1]}_{year}_{kind}", "the name of the file")
    form = f"<place>_<department>_{year}_{kind}"
    if answer := _ask_for("source_id", f"No identifier is known for {department}; {form}", ask):
        return Known("source_id", answer, "as answered")
    raise MissingAnswer(
        f"{path.name} needs an identifier, {form} in small letters for {department}", "source_id"
    )


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
    source_id = _identifier(path, answers.source_id, department.value, year.value, kind.value, ask)
    known = (source_id, department, place, year, kind, unit)
    return {entry.name: entry for entry in known}


@dataclass(frozen=True, slots=True)
class Look:
    """A document read as it would be filed, with nothing written.

    Attributes
    ----------
    known
        What it would be filed as, by name; the identifier first.
    disclosure
        What was read from it.
    """

    known: dict[str, Known]
    disclosure: Disclosure


def look(path: Path, document: Document, answers: Answers, ask: Ask | None = None) -> Look:
    """Read a document as it would be filed, without filing it.

    Parameters
    ----------
    path, answers, ask
        As for :func:`add`.
    document
        The text of the file.

    Raises
    ------
    DisclosureError
        If it is no disclosure, or the unit answered is not the one it states.
    MissingAnswer
        If it can be read, but something about it is not known.
    """
    proposal = propose(document)
    try:
        known = _settle_all(path, proposal, answers, None)
    except MissingAnswer:
        # A blank template is not worth a question: whatever the answers, it would be refused.
        _check_figures(path, document, proposal, answers)
        if ask is None:
            raise
        known = _settle_all(path, proposal, answers, ask)
    disclosure = read_opened(_source(path, proposal, known), document)
    check_unfiled(disclosure)
    return Look(known, disclosure)


def _check_figures(path: Path, document: Document, proposal: Proposal, answers: Answers) -> None:
    """Refuse a document that would be refused whatever its department, year, kind and unit are."""
    supposed = Answers("supposed", "supposed", "supposed", "2000", "budget", answers.unit or "元")
    supposed = replace(supposed, unit=proposal.unit.value if proposal.unit else supposed.unit)
    source = _source(path, proposal, _settle_all(path, proposal, supposed, None))
    check_unfiled(read_opened(source, document))


def _title(known: Mapping[str, Known]) -> str:
    return f"{known['department'].value}{known['year'].value}年{_KINDS[known['kind'].value]}公开"


def _source(path: Path, proposal: Proposal, known: Mapping[str, Known]) -> Source:
    return Source(
        source_id=known["source_id"].value,
        path=path,
        title=_title(known),
        department=known["department"].value,
        place=known["place"].value,
        fiscal_year=int(known["year"].value),
        kind=known["kind"].value,
        url=None,
        sha256=checksum(path),
        unit="" if proposal.unit else known["unit"].value,
    )


def _refuse_filed(raw: Path, name: str, sha256: str) -> None:
    """Refuse a file that is filed already, under whatever name."""
    for sidecar in sorted(raw.glob("*/source.yml")):
        entries = read_sidecar(sidecar)
        if isinstance(entries, Mapping) and entries.get("sha256") == sha256:
            raise DisclosureError(f"{name} is filed already, as {sidecar.parent.name}.")


def _write_raw(folder: Path, source: Source) -> None:
    """Write the raw file and ``source.yml`` into a new folder."""
    file = f"{source.source_id}{source.path.suffix.lower()}"
    entries: dict[str, Any] = {
        "source_id": source.source_id,
        "title": source.title,
        "department": source.department,
        "place": source.place or None,
        "fiscal_year": source.fiscal_year,
        "kind": source.kind,
        "file": file,
        "sha256": source.sha256,
        "url": None,
        "date_accessed": None,
    }
    if source.unit:
        entries["unit"] = source.unit
    folder.mkdir()
    shutil.copyfile(source.path, folder / file)
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
    check_answers(answers)
    root = find_root()
    raw, cleaned = root / "data" / "raw", root / "data" / "clean"
    if path.is_file():
        _refuse_filed(raw, path.name, checksum(path))
    looked = look(path, read_document(path), answers, ask)
    source_id = looked.disclosure.source.source_id
    if (raw / source_id).exists():
        raise DisclosureError(f"{path.name} was not added: there is a {source_id} already.")
    # In a hidden folder until everything is there; a folder without a dot counts as filed.
    waiting = Path(tempfile.mkdtemp(prefix=".add-", dir=raw))
    try:
        _write_raw(waiting / source_id, looked.disclosure.source)
        read_source(waiting / source_id)
        os.rename(waiting / source_id, raw / source_id)
    finally:
        shutil.rmtree(waiting)
    try:
        disclosure = replace(looked.disclosure, source=read_source(raw / source_id))
        write_disclosure(disclosure, cleaned)
        write_collection(cleaned)
    except BaseException:
        shutil.rmtree(raw / source_id)
        shutil.rmtree(cleaned / source_id, ignore_errors=True)
        raise
    return disclosure, list(looked.known.values())


def counted(number: int, one: str) -> str:
    """Return a number with its noun: 1 fact, 1,200 facts."""
    return f"{number:,} {one}{'s' * (number != 1)}"


def _tell_table(table: Mapping[str, Any]) -> str:
    title = table["title"] or ("without a title" if table["table_id"] == UNKNOWN else "")
    title = title or table["table_id"]
    if not table["n_amounts"]:
        return f"{title}: published empty" if table["is_empty"] else f"{title}: no amounts"
    told = f"{title}: {counted(table['n_amounts'], 'amount')} in {table['unit_text'] or 'no unit'}"
    return f"{told}; not one of the known tables" if table["table_id"] == UNKNOWN else told


def describe_added(disclosure: Disclosure, known: list[Known]) -> str:
    """Return what was filed, what was found in it and what was not, for a terminal."""
    rows, source_id = disclosure.rows, disclosure.source.source_id
    findings = [row for row in rows["findings"] if row["severity"] != "rounding"]
    raw, cleaned = f"data/raw/{source_id}", f"data/clean/{source_id}"
    lines = [f"{source_id} was added:", *map(str, known)]
    lines += [f"  table       {_tell_table(table)}" for table in rows["tables"]]
    if not rows["tables"]:
        lines.append("  table       no statutory table was found")
    found = ", ".join(
        counted(len(rows[name]), name.removesuffix("s")) for name in ("facts", "claims", "projects")
    )
    lines.append(f"  found       {found}")
    listed = f"; see {cleaned}/unread.csv" * bool(rows["unread"])
    lines.append(f"  not read    {counted(len(rows['unread']), 'figure')}{listed}")
    audited = f"{counted(len(rows['checks']), 'check')}, {counted(len(findings), 'finding')}"
    listed = f"; see python -m helpers audit {raw}" * bool(findings)
    lines.append(f"  audit       {audited}{listed}")
    lines.append(f"  next        write url and date_accessed into {raw}/source.yml")
    return "\n".join(lines)
