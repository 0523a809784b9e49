"""Descriptors of the clean data: Frictionless Data Packages with a fiscal mapping.

Place in the chain: beside ``packaging``, which writes what this describes.  Input: what is known
about a disclosure, and the bytes of its clean files.  Output: the content of ``datapackage.json``,
for one disclosure and for the whole collection.

The mapping follows the Fiscal Data Package 1.0 (release candidate): each column of ``facts.csv``
and ``projects.csv`` that is a fiscal concept carries a ``columnType`` of the budget taxonomy named
in ``columnTypes``; ``extraFields`` adds what holds for a whole file; where phases stand side by
side, ``normalize`` names the phase of each.  The profile stays ``tabular-data-package``, of which
the Fiscal Data Package is an extension: validators would look for the schema of any other profile
on the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.reference_data import read_reference
from helpers.schema import columns_of, file_names, key_of, references_of, values_of
from helpers.sources import Source

Descriptor = dict[str, Any]

_LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
_TAXONOMY = "https://specs.frictionlessdata.io/taxonomies/fiscal/budgets.json"
_CURRENCY = {
    "name": "currency",
    "type": "string",
    "columnType": "value-currency:code",
    "constant": "CNY",
}


def _field(column: Mapping[str, str]) -> Descriptor:
    entry: Descriptor = {
        "name": column["column"],
        "type": column["type"],
        "title": column["description_zh"],
        "description": column["description_en"],
    }
    constraints: Descriptor = {}
    if column["required"]:
        constraints["required"] = True
    if column["pattern"]:
        constraints["pattern"] = column["pattern"]
    values = values_of(column)
    if values:
        constraints["enum"] = values
    if constraints:
        entry["constraints"] = constraints
    if column["unit"]:
        entry["unit"] = column["unit"]
    if column["fiscal_type"]:
        entry["columnType"] = column["fiscal_type"]
    if column["measure_phase"]:
        entry["normalize"] = {"phase": column["measure_phase"]}
    return entry


def _extra_fields(name: str, source: Source | None) -> list[Descriptor]:
    """Return the fiscal concepts that hold for the whole file or are spread over its columns."""
    columns = columns_of(name)
    if not any(column["fiscal_type"] for column in columns):
        return []
    extra = [_CURRENCY]
    if any(column["measure_phase"] for column in columns):
        extra += [
            {"name": "phase", "type": "string", "columnType": "phase:id"},
            {
                "name": "amount",
                "type": "number",
                "columnType": "value",
                "normalizationTarget": True,
            },
        ]
    if source is None:
        return extra
    extra.append(
        {
            "name": "department",
            "type": "string",
            "columnType": "administrative-classification:generic:level1:code",
            "constant": source.department,
        }
    )
    if all(column["fiscal_type"] != "date:fiscal-year" for column in columns):
        extra.append(
            {
                "name": "fiscal_year",
                "type": "integer",
                "columnType": "date:fiscal-year",
                "constant": source.fiscal_year,
            }
        )
    return extra


def _foreign_keys(name: str, source: Source | None) -> list[Descriptor]:
    """Return the references of one file.

    Within a disclosure ``source_id`` is constant and left out.  Across disclosures it is part of
    the reference, and one whose columns may be empty is left out: validators disagree on a
    reference of which only a part is empty.
    """
    optional = {column["column"] for column in columns_of(name) if not column["required"]}
    keys = []
    for file, pairs in references_of(name).items():
        if source is not None:
            pairs = tuple(pair for pair in pairs if pair[0] != "source_id")
        elif any(here in optional for here, _ in pairs):
            continue
        reference = {"resource": _resource_name(file), "fields": [there for _, there in pairs]}
        keys.append({"fields": [here for here, _ in pairs], "reference": reference})
    return keys


def _resource_name(name: str) -> str:
    return name.replace("_", "-")


def _resource(name: str, path: str | list[str], source: Source | None) -> Descriptor:
    (about,) = (row for row in read_reference("clean_files") if row["file"] == name)
    schema: Descriptor = {
        "fields": [_field(column) for column in columns_of(name)],
        "primaryKey": key_of(name),
        "missingValues": [""],
    }
    foreign_keys = _foreign_keys(name, source)
    if foreign_keys:
        schema["foreignKeys"] = foreign_keys
    extra = _extra_fields(name, source)
    if extra:
        schema["extraFields"] = extra
    return {
        "name": _resource_name(name),
        "path": path,
        "profile": "tabular-data-resource",
        "title": about["title_zh"],
        "description": f"{about['title_en']}. {about['description_en']}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _origin(source: Source) -> Descriptor:
    return {"title": source.title, "path": source.url} if source.url else {"title": source.title}


def data_package(
    source: Source, texts: Mapping[str, str], budget_units: Sequence[str] = ()
) -> Descriptor:
    """Return the descriptor of one clean disclosure.

    Parameters
    ----------
    source
        The disclosure.
    texts
        Content of the clean files by name (without suffix); their size and SHA-256 are stated.
    budget_units
        Names of the budget units whose figures it adds up, as far as it names them.
    """
    resources = []
    for name in file_names():
        content = texts[name].encode("utf-8")
        resource = _resource(name, f"{name}.csv", source)
        resource["bytes"] = len(content)
        resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
        resources.append(resource)
    return {
        "profile": "tabular-data-package",
        "name": source.source_id.replace("_", "-"),
        "id": source.source_id,
        "title": source.title,
        "department": source.department,
        "place": source.place,
        "fiscal_year": source.fiscal_year,
        "kind": source.kind,
        "conversion": source.conversion,
        "budget_units": list(budget_units),
        "licenses": [_LICENCE],
        "sources": [_origin(source)],
        "raw": {"file": source.path.name, "sha256": source.sha256},
        "columnTypes": [_TAXONOMY],
        "resources": resources,
    }


def collection_package(packages: Mapping[str, Descriptor]) -> Descriptor:
    """Return the descriptor of all clean disclosures together.

    Parameters
    ----------
    packages
        The descriptor of each disclosure by its folder, from :func:`data_package`; at least one.

    Returns
    -------
    dict
        A resource per clean file whose ``path`` lists the file of every disclosure, each with its
        own header; ``parts`` states size and SHA-256 of each, ``disclosures`` what they come from.
    """
    ordered = sorted(packages.items())
    resources = []
    for name in file_names():
        parts = [
            {"path": f"{folder}/{entry['path']}", "bytes": entry["bytes"], "hash": entry["hash"]}
            for folder, package in ordered
            for entry in package["resources"]
            if entry["name"] == _resource_name(name)
        ]
        resource = _resource(name, [part["path"] for part in parts], None)
        resources.append({**resource, "parts": parts})
    known = ("id", "title", "department", "place", "fiscal_year", "kind", "raw")
    return {
        "profile": "tabular-data-package",
        "name": "china-department-budgets",
        "title": "中国政府部门预算、决算公开数据",
        "description": "Budgets and final accounts as Chinese government departments publish them.",
        "licenses": [_LICENCE],
        "sources": [entry for _, package in ordered for entry in package["sources"]],
        "disclosures": [
            {"path": f"{folder}/datapackage.json", **{key: package[key] for key in known}}
            for folder, package in ordered
        ],
        "columnTypes": [_TAXONOMY],
        "resources": resources,
    }


def _rule(column: Mapping[str, str]) -> str:
    """Return in one phrase what a column may hold."""
    values = values_of(column)
    said = []
    if column["code_list"]:
        said.append(f"`{column['column']}` of `reference/{column['code_list']}.csv`")
    elif values:
        said.append(", ".join(f"`{value}`" for value in values))
    if column["references"]:
        said.append(f"points to `{column['references']}`")
    return "; ".join(said)


def data_dictionary() -> str:
    """Return the columns of every clean file as Markdown, for ``docs/data.md``."""
    lines: list[str] = []
    for about in read_reference("clean_files"):
        lines += [
            f"## `{about['file']}.csv` {about['title_zh']}",
            "",
            f"{about['title_en']}. {about['description_en']}.",
            "",
            "| column | type | filled | meaning | values |",
            "|---|---|---|---|---|",
        ]
        for column in columns_of(about["file"]):
            kind = f"{column['type']}, {column['unit']}" if column["unit"] else column["type"]
            filled = "key" if column["is_key"] else "always" if column["required"] else ""
            meaning = f"{column['description_en']} ({column['description_zh']})"
            lines.append(
                f"| `{column['column']}` | {kind} | {filled} | {meaning} | {_rule(column)} |"
            )
        lines.append("")
    return "\n".join(lines)
