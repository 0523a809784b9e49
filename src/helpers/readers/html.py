"""Reader for saved web pages (HTML).

The format as found: an article with its tables, among menus, lists of other news, search fields
and the footer of the site, often with layout tables around them, and written by Word or Excel.
What is no article goes: what a browser does not show as text, and what is navigation by its tag, by
its name, or because most of its text is links.  Nothing that a table with figures stands in is
dropped.  What is left is read in order: block elements and line breaks make paragraphs, tables
become rectangles with their ``colspan`` and ``rowspan``.

A table is a *layout* if tables stand within it or it has a single cell: its cells are read one
after the other.  Scripts are not run, nothing is fetched.

Places: the seventh paragraph ``b7``, row 5, column 4 of the second table ``t2:r5:c4``, columns
counted with those that merged cells cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

from helpers.document import Block, DisclosureError, Paragraph, strip_markup
from helpers.readers.encodings import decode
from helpers.readers.spans import Spanning, lay_out

_NEVER_TEXT = re.compile(
    "script|style|noscript|template|head|title|iframe|frame|object|embed|applet|svg|canvas|video"
    "|audio|select|option|button|input|textarea|datalist|map|nav|footer|aside|dialog"
)
_INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|dfn|em|font|i|img|ins|kbd|label|mark|q|rp|rt|ruby"
    "|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr|[a-z0-9]+:[a-z]+"
)
_NO_GROUP = re.compile("table|thead|tbody|tfoot|tr|td|th|p|h[1-6]|br")
_NAVIGATION = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|menu|footer|foot|header|sidebar|breadcrumb|crumbs?|copyright|share|"
    r"related|recommend|toolbar|search|login|friendlink|links?|pager|pagination|qrcode|banner)"
    r"(?:$|[-_ \d])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FIGURE = re.compile(r"\d[\d,]*\.\d|\d{3}")
_MOSTLY_LINKS = 0.6
_WHITE = re.compile(r"[ \t\r\n\f]+")


def read_blocks(path: Path) -> tuple[Block, ...]:
    """Read a saved web page.

    Parameters
    ----------
    path
        An HTML file in UTF-8, UTF-16 or GB18030, whatever it declares.

    Returns
    -------
    tuple of Block
        Paragraphs and tables of the article, in reading order.

    Raises
    ------
    DisclosureError
        If the encoding is unknown, or the file holds no element.
    """
    text = decode(path.name, path.read_bytes())
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        raise DisclosureError(f"{path.name} holds no web page.") from None
    body = root.find("body")
    body = root if body is None else body
    _prune(body)
    return tuple(_Walker(path.name).blocks(body))


# --- the article -------------------------------------------------------------------------------


def _prune(body: etree._Element) -> None:
    """Remove what is not shown and what is navigation."""
    for element in list(body.iter()):
        if element is body or element.getparent() is None or not isinstance(element.tag, str):
            continue
        if _is_hidden(element) or _NEVER_TEXT.fullmatch(element.tag) or _is_navigation(element):
            # drop_tree keeps the text after the element, which is part of the article.
            element.drop_tree()


def _is_hidden(element: etree._Element) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def _is_navigation(element: etree._Element) -> bool:
    if _INLINE.fullmatch(element.tag) or _NO_GROUP.fullmatch(element.tag):
        return False
    named = _NAVIGATION.search(f"{element.get('class', '')} {element.get('id', '')}")
    is_group = element.tag in ("div", "ul", "ol", "dl", "section", "header", "form", "center")
    if not named and not is_group:
        return False
    text = _length(element)
    if not text:
        return False
    links = sum(_length(link) for link in element.iter("a"))
    if links > _MOSTLY_LINKS * text:
        return not _has_figures(element)
    return bool(named) and not _has_figures(element)


def _length(element: etree._Element) -> int:
    return len(_WHITE.sub("", "".join(element.itertext())))


def _has_figures(element: etree._Element) -> bool:
    return any(_FIGURE.search("".join(cell.itertext())) for cell in element.iter("td", "th"))


# --- blocks ------------------------------------------------------------------------------------


class _Walker:
    """Gathers inline text to paragraphs while the elements pass by."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._text = ""
        self._paragraphs = 0
        self._tables = 0

    def blocks(self, body: etree._Element) -> Iterator[Block]:
        yield from self._inside(body)
        yield from self._close()

    def _inside(self, element: etree._Element) -> Iterator[Block]:
        self._text += element.text or ""
        for inner in element:
            if inner.tag == "br":
                yield from self._close()
            elif inner.tag == "table" and not _is_layout(inner):
                yield from self._close()
                self._tables += 1
                yield lay_out(self._name, f"t{self._tables}", _rows(inner))
            elif isinstance(inner.tag, str):
                is_block = not _INLINE.fullmatch(inner.tag)
                yield from self._close() if is_block else ()
                yield from self._inside(inner)
                yield from self._close() if is_block else ()
            self._text += inner.tail or ""

    def _close(self) -> Iterator[Block]:
        text, self._text = strip_markup(_WHITE.sub(" ", self._text)), ""
        if text:
            self._paragraphs += 1
            yield Paragraph(text, f"b{self._paragraphs}")


def _is_layout(table: etree._Element) -> bool:
    cells = list(table.iter("td", "th"))
    return len(cells) < 2 or next(table.iterdescendants("table"), None) is not None


def _rows(table: etree._Element) -> Iterator[list[Spanning]]:
    caption = table.find("caption")
    if caption is not None:
        yield [Spanning(_cell_text(caption))]
    for row in table.iter("tr"):
        yield [
            Spanning(_cell_text(cell), _span(cell, "colspan"), _span(cell, "rowspan"))
            for cell in row
            if cell.tag in ("td", "th")
        ]


def _span(cell: etree._Element, name: str) -> int:
    text = cell.get(name, "").strip()
    # A rowspan of 0 reaches to the end of the table; lay_out cuts what is too long.
    if not re.fullmatch(r"\d{1,6}", text):
        return 1
    return int(text) or (65_534 if name == "rowspan" else 1)


def _cell_text(cell: etree._Element) -> str:
    return _WHITE.sub(" ", "".join(_texts(cell)))


def _texts(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for inner in element:
        if isinstance(inner.tag, str):
            # A paragraph more is a line more: names that wrap are joined by a blank, as in a text.
            around = "" if _INLINE.fullmatch(inner.tag) else " "
            yield from (around, *_texts(inner), around)
        yield inner.tail or ""
