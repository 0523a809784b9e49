"""Corrections: faults of a conversion, mended with a reason, evidence and a guard.

Place in the chain: between the raw file and the readers.  Input: ``corrections.yml`` beside the raw
file, and the lines of the text.  Output: the same number of lines, mended.

What a department published stays as it is, mistakes included; a correction is for what the
*conversion* of a document (text recognition, PDF to text) got wrong and the same document shows to
be wrong with certainty.  The raw file and its checksum stay untouched.  The file is a list::

    - line: 311                  # 1-based line of the raw text
      text: "组践子系统"          # what stands there, once on that line
      correction: "管线子系统"    # what the published document says
      reason: "text recognition doubled an edge and took a look-alike"
      evidence: "the same name stands whole on line 318"
      status: open               # open, or reported: to whoever can mend the conversion

An entry that does not match exactly once stops the cleaning: a correction must not outlive the
error it mends, nor move to another figure when the file changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from helpers.document import DisclosureError
from helpers.sidecars import check_keys, read_sidecar

FILE_NAME = "corrections.yml"
WARNING = "corrected"
STATUSES = ("open", "reported")


@dataclass(frozen=True, slots=True)
class Correction:
    """One mended fault of a conversion.

    Attributes
    ----------
    line
        1-based line of the raw text.
    text
        What stands on that line, once.
    correction
        What the published document says there.
    reason
        What the conversion did.
    evidence
        What in the same document shows it.
    status
        One of :data:`STATUSES`.
    """

    line: int
    text: str
    correction: str
    reason: str
    evidence: str
    status: str


_KEYS = frozenset(field.name for field in fields(Correction))


def _checked(where: str, entry: Any) -> Correction:
    check_keys(where, entry, _KEYS)
    line = entry["line"]
    if not isinstance(line, int) or isinstance(line, bool) or line < 1:
        raise DisclosureError(f"{where}: line must be a line number from 1, not {line!r}.")
    for key in sorted(_KEYS - {"line"}):
        value = entry[key]
        if not isinstance(value, str) or not value.strip():
            # 12.50 without quotes is a number to YAML, and its last zero is lost.
            raise DisclosureError(f"{where}: {key} must be a text in quotes, not {value!r}.")
    for key in ("text", "correction"):
        if len(entry[key].splitlines()) > 1 or entry[key][-1] in "\r\n":
            raise DisclosureError(f"{where}: {key} must stay within one line.")
    if entry["text"] == entry["correction"]:
        raise DisclosureError(f"{where} corrects nothing: text and correction are the same.")
    if entry["status"] not in STATUSES:
        raise DisclosureError(
            f"{where}: status must be {' or '.join(STATUSES)}, not {entry['status']!r}."
        )
    return Correction(**entry)


def _entry(path: Path, number: int) -> str:
    return f"{path}: entry {number}"


def read_corrections(folder: Path) -> tuple[Correction, ...]:
    """Read the corrections of a filed disclosure.

    Parameters
    ----------
    folder
        Of ``data/raw``.

    Returns
    -------
    tuple of Correction
        In the order of ``corrections.yml``; empty where there is no such file.

    Raises
    ------
    DisclosureError
        If the file is no list in valid YAML, or an entry lacks a key, has an unknown one or a
        value of the wrong kind.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        if (other := path.with_suffix(".yaml")).exists():
            raise DisclosureError(f"{other} is not read; call it {FILE_NAME}.")
        return ()
    entries = read_sidecar(path)
    if not isinstance(entries, list) or not entries:
        raise DisclosureError(f"{path} must hold a list of corrections; without any, remove it.")
    return tuple(_checked(_entry(path, number), entry) for number, entry in enumerate(entries, 1))


def _place(where: str, name: str, line: str, correction: Correction) -> int:
    """Return where the text of a correction stands on its line, once; refuse anything else."""
    text, mended = correction.text, correction.correction
    count = line.count(text)
    # What is mended may hold what was wrong: 管理 within 管理费.
    if mended in line and (count == 0 or text in mended):
        raise DisclosureError(
            f"{where} is no longer needed: line {correction.line} of {name} reads so already."
        )
    if count != 1:
        times = "does not hold it" if count == 0 else f"holds it {count} times"
        # The line itself is not quoted: it may name a person.
        raise DisclosureError(
            f"{where} expects its text once on line {correction.line} of {name}, which {times}."
        )
    return line.index(text)


def apply_corrections(
    path: Path, name: str, lines: Sequence[str], corrections: Sequence[Correction]
) -> tuple[str, ...]:
    """Return the lines of a text with its corrections made.

    Parameters
    ----------
    path
        Of ``corrections.yml``, for messages.
    name
        Of the raw file, for messages.
    lines
        As the file holds them.
    corrections
        In the order of the file; each is compared with the line as the raw file holds it.

    Returns
    -------
    tuple of str
        As many lines as were given.

    Raises
    ------
    DisclosureError
        If a correction does not match exactly once on its line, is no longer needed, or overlaps
        another one.

    Examples
    --------
    >>> entry = Correction(1, "O8", "08", "letter for digit", "the sum on line 9", "open")
    >>> apply_corrections(Path("corrections.yml"), "a.txt", ("合计\\t12.O8",), (entry,))
    ('合计\\t12.08',)
    """
    by_line: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for number, correction in enumerate(corrections, 1):
        where = _entry(path, number)
        if correction.line > len(lines):
            raise DisclosureError(
                f"{where} names line {correction.line}, but {name} has {len(lines)} lines."
            )
        start = _place(where, name, lines[correction.line - 1], correction)
        end = start + len(correction.text)
        spans = by_line[correction.line]
        if any(start < other_end and other_start < end for other_start, other_end, _ in spans):
            raise DisclosureError(f"{where} overlaps another correction of line {correction.line}.")
        spans.append((start, end, correction.correction))
    mended = list(lines)
    for line, spans in by_line.items():
        text = mended[line - 1]
        for start, end, correction in sorted(spans, reverse=True):
            text = text[:start] + correction + text[end:]
        mended[line - 1] = text
    return tuple(mended)


def mark_corrected(
    files: Mapping[str, Iterable[dict[str, Any]]], corrections: Sequence[Correction]
) -> None:
    """Add the warning ``corrected`` to every row that stands on a corrected line.

    Parameters
    ----------
    files
        Rows by clean file; those without the column ``warnings`` stay as they are.
    corrections
        Those of the disclosure.
    """
    corrected = {f"L{correction.line}" for correction in corrections}
    if not corrected:
        return
    for rows in files.values():
        for row in rows:
            if "warnings" in row and corrected.intersection(row["origin"].split(";")):
                row["warnings"] = ";".join(filter(None, (row["warnings"], WARNING)))
