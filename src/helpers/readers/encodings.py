"""From bytes to text: the encodings that disclosures are written in.

Place in the chain: under the readers of text and HTML.  Input: bytes.  Output: a text, every
character of which stands in the file; what does not decode is refused, never replaced.

What a web page declares is not asked: many declare GB2312 and are written in UTF-8, or in GBK signs
that GB2312 lacks.  The bytes tell: no GB text of more than a few signs happens to be valid UTF-8.
"""

from __future__ import annotations

import re

from helpers.document import DisclosureError

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(name: str, data: bytes) -> str:
    """Decode UTF-8 (with or without BOM), UTF-16 or GB18030.

    Raises
    ------
    DisclosureError
        If the bytes are no text, or in none of these encodings.
    """
    has_mark = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    is_wide = not has_mark and b"\x00" in data
    wide = ["utf-16-le", "utf-16-be"]
    for encoding in ["utf-16"] if has_mark else wide if is_wide else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Any bytes are some UTF-16, but only a text has lines without control characters.
        if not is_wide or (not _CONTROL.search(text) and re.search(r"[\r\n]", text)):
            return text
    if is_wide:
        raise DisclosureError(f"{name} is a binary file, not text; convert it to text first.")
    raise DisclosureError(
        f"{name} is neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8 and try again."
    )
