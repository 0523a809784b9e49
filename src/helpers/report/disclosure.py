"""How a disclosure is called on a page: title, department, year, kind.

Input are ``data/clean/<source_id>/datapackage.json`` or, before the first cleaning,
``data/raw/<source_id>/source.yml``; output is a `Disclosure`. A page must be possible for a
disclosure that could not be read, so a missing or broken description leaves the fields empty.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SOURCE_ID = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Disclosure:
    """What a reader calls a disclosure; fields are empty where nothing says."""

    source_id: str
    title: str = ""
    department: str = ""
    fiscal_year: str = ""
    kind: str = ""

    @property
    def name(self) -> str:
        """Department, year and kind in one line, or the identifier."""
        kind = {"budget": "budget 预算", "final": "final accounts 决算"}.get(self.kind, self.kind)
        facts = [self.department or self.title, f"{self.fiscal_year} {kind}".strip()]
        return " · ".join(fact for fact in facts if fact) if facts[0] else self.source_id


def find_disclosures(root: Path) -> tuple[list[str], list[str]]:
    """List the folders of ``data/raw``, sorted.

    Returns
    -------
    (list of str, list of str)
        Source identifiers, and folders whose name is none.
    """
    raw = root / "data" / "raw"
    names = sorted(p.name for p in raw.glob("[!.]*") if p.is_dir())
    good = [n for n in names if _SOURCE_ID.fullmatch(n)]
    return good, [n for n in names if n not in good]


def describe_disclosure(root: Path, source_id: str) -> Disclosure:
    """Read the description of a disclosure, as far as there is one."""
    described = {
        **_read_sidecar(root / "data" / "raw" / source_id / "source.yml"),
        **_read_package(root / "data" / "clean" / source_id / "datapackage.json"),
    }
    keys = ("title", "department", "fiscal_year", "kind")
    return Disclosure(source_id, *(str(described.get(key, "")) for key in keys))


def _read_package(path: Path) -> dict[str, Any]:
    try:
        return _filled(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _read_sidecar(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    import yaml

    try:
        return _filled(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError):
        return {}


def _filled(described: Any) -> dict[str, Any]:
    is_mapping = isinstance(described, dict)
    return {k: v for k, v in described.items() if v not in (None, "")} if is_mapping else {}
