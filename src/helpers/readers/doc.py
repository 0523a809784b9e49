"""Reader for legacy Word documents (DOC of Word 97-2003, and RTF under that name).

LibreOffice converts them to DOCX, if it is installed; no library of Python reads the format.  It
runs with a profile of its own, so that it neither meets a running LibreOffice nor its settings, for
a bounded time, and never on a document that holds macros.

Places are those of the converted document (see ``docx``).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from helpers.document import Block, DisclosureError
from helpers.readers import docx

_LONGEST_SECONDS = 120
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_PROTECTED = "EncryptedPackage".encode("utf-16-le")


def read_blocks(path: Path) -> tuple[Block, ...]:
    """Read a legacy Word document.

    Raises
    ------
    DisclosureError
        If LibreOffice is not installed, cannot convert the file or takes too long; if the file
        holds macros; and as :func:`helpers.readers.docx.read_blocks`.
    """
    data = path.read_bytes()
    if _PROTECTED in data:
        raise DisclosureError(f"{path.name} is protected by a password.")
    if _MACROS in data:
        raise DisclosureError(
            f"{path.name} holds macros, and no program of a document is run; save it without."
        )
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise DisclosureError(
            f"{path.name} is a legacy Word document, which only LibreOffice reads: install that, "
            "or save the document as DOCX."
        )
    with tempfile.TemporaryDirectory() as folder:
        # A name of our own: that of the file may be long, or open with a dash.
        copy = Path(folder, "document.doc")
        copy.write_bytes(data)
        _convert(path.name, program, copy)
        converted = copy.with_suffix(".docx")
        if not converted.is_file():
            raise DisclosureError(
                f"{path.name} could not be converted by LibreOffice: it is damaged, protected by a "
                "password, or no Word document."
            )
        try:
            return docx.read_blocks(converted)
        except DisclosureError as error:
            raise DisclosureError(str(error).replace(converted.name, path.name)) from None


def _convert(name: str, program: str, copy: Path) -> None:
    profile = (copy.parent / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    command += ["--convert-to", "docx", "--outdir", str(copy.parent), str(copy)]
    # LibreOffice starts a process of its own: all of them must end when the time is up.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(_LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        raise DisclosureError(
            f"{name} could not be converted by LibreOffice within {_LONGEST_SECONDS} seconds."
        ) from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
