"""The sentences and labels of the reports, kept apart from the computing.

Place in the chain: read by ``charts``, ``report`` and the notebooks. Input:
``reference/wording.csv`` with the columns ``key, en, zh``: a sentence is a template with named
fields (``{share:.1%}``), a label stands under ``label.<term>`` with the English and the Chinese
term. Output: text. A second language is a filled column, not a change in code.
"""

from __future__ import annotations

from functools import cache
from string import Formatter
from typing import Any

import pandas as pd

from helpers.reference_data import read_reference

LANGUAGES = ("en", "zh")


@cache
def _templates() -> dict[str, dict[str, str]]:
    templates: dict[str, dict[str, str]] = {}
    for row in read_reference("wording"):
        if row["key"] in templates:
            raise ValueError(f"reference/wording.csv has the key {row['key']!r} twice")
        templates[row["key"]] = row
    return templates


def _template(key: str, lang: str) -> str:
    if lang not in LANGUAGES:
        raise KeyError(f"language {lang!r} is not one of {', '.join(LANGUAGES)}")
    if key not in _templates():
        raise KeyError(f"reference/wording.csv has no key {key!r}")
    template = _templates()[key][lang]
    if not template:
        raise KeyError(f"reference/wording.csv has no text in {lang!r} for the key {key!r}")
    return template


class _Sentence(Formatter):
    """Format named fields; a missing value reads as missing whatever format it should have had."""

    def __init__(self, key: str, lang: str) -> None:
        self.key, self.lang = key, lang

    def get_value(self, field: int | str, args: Any, values: Any) -> Any:
        if field not in values:
            raise KeyError(f"the sentence {self.key!r} needs a value for {field!r}")
        return values[field]

    def format_field(self, value: Any, spec: str) -> str:
        if pd.api.types.is_scalar(value) and pd.isna(value):
            return _template("label.missing", self.lang)
        return super().format_field(value, spec)


def say(key: str, lang: str = "en", **values: Any) -> str:
    """Return a sentence with its figures.

    Parameters
    ----------
    key : str
        Key in ``reference/wording.csv``.
    lang : {"en", "zh"}
        Language.
    **values
        Value of each named field. A missing one (None, NaN) reads "not found".

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If the key, the language, the text in that language, or a field's value is missing; the
        message names it.

    Examples
    --------
    >>> say("cost.shares", who="州住建局", personnel=0.906, public=0.094)
    '州住建局: 90.6% personnel cost 人员经费, 9.4% public cost 公用经费.'
    """
    return _Sentence(key, lang).vformat(_template(key, lang), (), values)


def label(term: str, lang: str | None = None) -> str:
    """Return the name of a column, measure, phase, fund or other term.

    Parameters
    ----------
    term : str
        Identifier as in the data, e.g. ``personnel`` or ``initial_budget``.
    lang : {"en", "zh"}, optional
        One language; without it the English name with the Chinese term.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        If the term is unknown.

    Examples
    --------
    >>> label("personnel")
    'personnel cost 人员经费'
    """
    if lang is not None:
        return _template(f"label.{term}", lang)
    both = (_template(f"label.{term}", "en"), _templates()[f"label.{term}"]["zh"])
    return " ".join(text for text in both if text)
