"""Readers: from a file to a :class:`~helpers.document.Document`, one module per format."""

from helpers.readers.files import (
    READABLE_SUFFIXES,
    TEXT_SUFFIXES,
    parse_lines,
    read_document,
)

__all__ = ["READABLE_SUFFIXES", "TEXT_SUFFIXES", "parse_lines", "read_document"]
