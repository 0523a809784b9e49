"""The zip container of office files: its parts read within bounds, its XML without entities.

Place in the chain: under the readers of DOCX and XLSX.  Input: a path.  Output: :class:`Package`.

Nobody vouches for a file found on the web.  Only the parts that are asked for are unpacked, each up
to a bound; XML is parsed without a document type, entities or network; macros are refused, since
they could only be run; what lies outside the file is never fetched.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from helpers.document import DisclosureError

# The table-richest disclosures have some 10 MB of XML; lxml takes about ten times that.
_LARGEST_PART = 32_000_000
_LARGEST_PACKAGE = 300_000_000
_MOST_PARTS = 5_000
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace; strict and usual files differ in it."""
    return element.tag.rpartition("}")[2]


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute by its name without namespace; None without it or the element."""
    if element is None:
        return None
    return next((v for key, v in element.items() if key.rpartition("}")[2] == name), None)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first child of a name, then its child, and so on; None where one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((e for e in element if local(e) == name), None)
    return element


def integer(element: etree._Element | None, name: str, default: int) -> int:
    """Return an attribute that counts something; the default where it is missing or no number."""
    text = attribute(element, name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else default


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link of a part: to another part or, if ``is_external``, to something outside the file."""

    identifier: str
    kind: str
    target: str
    is_external: bool


@dataclass(frozen=True, slots=True)
class Package:
    """An open office file.

    Attributes
    ----------
    name
        Of the file, for messages.
    container
        The zip archive.
    """

    name: str
    container: zipfile.ZipFile

    def read(self, part: str) -> bytes | None:
        """Return a part; None where there is none.

        Raises
        ------
        DisclosureError
            If it is larger than any disclosure needs, encrypted or damaged.
        """
        try:
            info = self.container.getinfo(part)
        except KeyError:
            return None
        if info.file_size > _LARGEST_PART:
            raise DisclosureError(
                f"{self.name}: {part} unpacks to {info.file_size:,} bytes, too many for a "
                "disclosure."
            )
        try:
            return self.container.read(info)
        except _UNREADABLE:
            raise DisclosureError(f"{self.name} is damaged: {part} cannot be unpacked.") from None

    def xml(self, part: str) -> etree._Element | None:
        """Return the root of an XML part; None where there is none.

        Raises
        ------
        DisclosureError
            As :meth:`read`, and if it is no XML or declares a document type.
        """
        data = self.read(part)
        if data is None:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise DisclosureError(f"{self.name} is damaged: {part} is no XML.") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise DisclosureError(
                f"{self.name}: {part} declares a document type, which no office program writes."
            )
        return root

    def relationships(self, part: str) -> list[Relationship]:
        """Return the links of a part; those of the whole file for an empty name."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [
            Relationship(
                element.get("Id", ""),
                element.get("Type", "").rpartition("/")[2],
                element.get("Target", "")
                if element.get("TargetMode") == "External"
                else _resolved(folder, element.get("Target", "")),
                element.get("TargetMode") == "External",
            )
            for element in (() if root is None else root)
        ]

    def main_part(self) -> str:
        """Return the name of the part that holds the document.

        Raises
        ------
        DisclosureError
            If none is named.
        """
        for link in self.relationships(""):
            if link.kind == "officeDocument" and not link.is_external:
                return link.target
        raise DisclosureError(f"{self.name} is no Word document and no workbook, or is damaged.")

    def part(self, main: str, kind: str) -> etree._Element | None:
        """Return the part that the main one names as its ``styles``, ``numbering`` and so on."""
        links = (link for link in self.relationships(main) if link.kind == kind)
        return next((self.xml(link.target) for link in links if not link.is_external), None)


def _resolved(folder: str, target: str) -> str:
    path = target if target.startswith("/") else posixpath.join(folder, target)
    return posixpath.normpath(path).lstrip("/")


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open an office file that is a zip archive.

    Raises
    ------
    DisclosureError
        If it is no such archive, unpacks to more than any disclosure, is protected by a password,
        or holds macros.
    """
    try:
        container = zipfile.ZipFile(path)
    except _UNREADABLE:
        raise DisclosureError(
            f"{path.name} is damaged, or not what its name says: it cannot be opened."
        ) from None
    with container:
        parts = container.infolist()
        if len(parts) > _MOST_PARTS or sum(p.file_size for p in parts) > _LARGEST_PACKAGE:
            raise DisclosureError(f"{path.name} unpacks to more than any disclosure holds.")
        if any(part.flag_bits & 1 for part in parts):
            raise DisclosureError(f"{path.name} is protected by a password.")
        if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
            raise DisclosureError(
                f"{path.name} holds macros, and no program of a document is run; save it without."
            )
        yield Package(path.name, container)
