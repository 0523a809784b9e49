"""Sidecars: the YAML files that stand beside a raw file and say what is known about it.

Place in the chain: used by ``sources`` and ``corrections``.  Input: a path.  Output: plain values;
YAML is read with the safe loader, so a sidecar can hold data only.
"""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any

import yaml

from helpers.document import DisclosureError


class _OnceLoader(yaml.SafeLoader):
    """The safe loader, except that a key stands once: of two, YAML would take the last unsaid."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


def read_sidecar(path: Path) -> Any:
    """Return what a YAML file in UTF-8 holds.

    Raises
    ------
    DisclosureError
        If the file is no valid YAML in UTF-8, holds a key twice or a date that is none, or is
        nested beyond measure; the message names the line where one is known.
    """
    try:
        # As safe as yaml.safe_load, of whose loader this is one.
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_OnceLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        twice = getattr(error, "problem", None) or ""
        reason = f": {twice}" if twice.endswith("stands twice") else ""
        raise DisclosureError(f"{path} is no valid YAML in UTF-8{line}{reason}.") from error


def check_keys(
    where: str, entries: Any, required: Set[str], optional: Set[str] = frozenset()
) -> None:
    """Refuse anything but a mapping with all required keys and no unknown one.

    Parameters
    ----------
    where
        The file, and the entry in it, for the message.
    entries
        What stands there.

    Raises
    ------
    DisclosureError
        Naming the missing keys or, if there are none, the unknown ones.
    """
    if not isinstance(entries, dict):
        raise DisclosureError(f"{where} must hold keys and values.")
    missing, unknown = required - entries.keys(), entries.keys() - required - optional
    if missing:
        raise DisclosureError(f"{where} lacks {sorted(missing)}.")
    if unknown:
        raise DisclosureError(f"{where} has unknown keys {sorted(map(str, unknown))}.")
