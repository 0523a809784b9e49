"""Give each page the few Chinese characters it needs, for machines without a Chinese font.

Input and output are HTML text. The bundled font is cut down to the characters of the page and
embedded as a data address; everything but Chinese is set in the reader's own fonts.
"""

import base64
import io
import re
from importlib.resources import as_file, files

FONT = "NotoSansSC-Subset.otf"

_DATA_ADDRESS = re.compile(r"data:[a-z/+.;-]+base64,[A-Za-z0-9+/=]+")
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def embed_chinese(html: str) -> str:
    """Add a font face with the Chinese characters of a page at the end of its head.

    A page without Chinese is returned as it is.
    """
    characters = sorted(set(_CHINESE.findall(_DATA_ADDRESS.sub("", html))))
    if not characters:
        return html
    address = base64.b64encode(_subset("".join(characters))).decode("ascii")
    # First in line, but for Chinese alone: as a last resort, Chromium leaves boxes where the text
    # was laid out before the font was there.
    face = (
        '<style>@font-face{font-family:"Page Chinese";font-display:block;'
        "unicode-range:U+2E80-9FFF,U+F900-FAFF,U+FF00-FFEF,U+20000-3FFFF;"
        f'src:url("data:font/woff;base64,{address}") format("woff")}}</style>'
    )
    return html.replace("</head>", f"{face}</head>", 1)


def _subset(characters: str) -> bytes:
    """Return the bundled font with these characters only, as WOFF."""
    from fontTools import subset

    options = subset.Options(layout_features=[], flavor="woff", recalc_timestamp=False)
    with as_file(files("helpers") / "fonts" / FONT) as path:
        font = subset.load_font(str(path), options, lazy=True)
        cutter = subset.Subsetter(options)
        cutter.populate(text=characters)
        cutter.subset(font)
        buffer = io.BytesIO()
        subset.save_font(font, buffer, options)
        font.close()
    return buffer.getvalue()
