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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
_GROUP = re.compile("div|ul|ol|dl|section|header|form|center")
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
_MOST_OF_PAGE = 0.25
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


@dataclass(slots=True)
class _Weight:
    """What an element holds: signs of text, how many of them in links, and figures in tables."""

    signs: int = 0
    in_links: int = 0
    has_number: bool = False
    has_figures: bool = False

    @property
    def text(self) -> int:
        """Signs outside links."""
        return self.signs - self.in_links


def _prune(body: etree._Element) -> None:
    """Remove what is not shown and what is navigation."""
    _drop(body, lambda element: bool(_NEVER_TEXT.fullmatch(element.tag)) or _is_hidden(element))
    weights = _weigh(body)
    _drop(body, lambda element: _is_navigation(element, weights[element], weights[body]))


def _drop(body: etree._Element, is_dropped: Callable[[etree._Element], bool]) -> None:
    for element in [e for e in body.iterdescendants() if is_dropped(e)]:
        # drop_tree keeps the text after the element, which is part of the article.
        element.drop_tree()


def _is_hidden(element: etree._Element) -> bool:
    return "hidden" in element.attrib or bool(_HIDDEN.search(element.get("style", "")))


def _weigh(body: etree._Element) -> dict[etree._Element, _Weight]:
    """Weigh every element once, the innermost first: pages may be large and deep."""
    weights: dict[etree._Element, _Weight] = {}
    for element in reversed(list(body.iter())):
        texts = [element.text, *(inner.tail for inner in element)]
        weight = _Weight(sum(len(_WHITE.sub("", text)) for text in texts if text))
        weight.has_number = any(_FIGURE.search(text) for text in texts if text)
        for inner in (weights[inner] for inner in element):
            weight.signs += inner.signs
            weight.in_links += inner.in_links
            weight.has_number |= inner.has_number
            weight.has_figures |= inner.has_figures
        if element.tag == "a":
            weight.in_links = weight.signs
        if element.tag in ("td", "th"):
            weight.has_figures |= weight.has_number
        weights[element] = weight
    return weights


def _is_navigation(element: etree._Element, weight: _Weight, page: _Weight) -> bool:
    # What holds much of the text holds the article, whatever its name and however long its menus.
    if weight.has_figures or not weight.signs or weight.text > _MOST_OF_PAGE * page.text:
        return False
    if _INLINE.fullmatch(element.tag) or _NO_GROUP.fullmatch(element.tag):
        return False
    if _NAVIGATION.search(f"{element.get('class', '')} {element.get('id', '')}"):
        return True
    return bool(_GROUP.fullmatch(element.tag)) and weight.in_links > _MOSTLY_LINKS * weight.signs


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
                yield from lay_out(self._name, f"t{self._tables}", _rows(inner))
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
