"""Small PDF files made by hand, with the shapes that real ones have.

Only what a test needs: text at a place, rules, clips, pages that are turned.  The font is one that
every PDF reader knows by name; nothing is embedded.
"""

import zlib

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
    b"/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 "
    b"/W [1 95 500 814 939 500] "
    b"/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 "
    b"/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 "
    b"/StemV 93 >> >>] >>"
)


class PdfPage:
    """A page to draw on; heights count from the top, as one reads."""

    def __init__(self, width=595, height=842, rotate=0):
        self.width, self.height, self.rotate = width, height, rotate
        self.drawing = []

    def text(self, x, y, text, size=10, matrix="1 0 0 1"):
        code = text.encode("utf-16-be").hex()
        at = f"{x} {self.height - y}"
        self.drawing.append(f"BT /F1 {size} Tf {matrix} {at} Tm <{code}> Tj ET")

    def line(self, x0, y0, x1, y1):
        h = self.height
        self.drawing.append(f"0.5 w {x0} {h - y0} m {x1} {h - y1} l S")

    def clipped(self, x0, y0, x1, y1, draw):
        """Draw with everything outside a box cut off."""
        box = f"{x0} {self.height - y1} {x1 - x0} {y1 - y0}"
        self.drawing.append(f"q {box} re W n")
        draw(self)
        self.drawing.append("Q")

    def table(self, xs, top, rows, pitch=20, rules="both", spans=()):
        """Draw rows of texts.

        ``spans`` lists merged cells as (row, column, rows, columns); rules inside them are left
        out.  Figures stand at the right of their cell, words at the left.
        """
        covered = {}
        for row, column, n_rows, n_columns in spans:
            for r in range(row, row + n_rows):
                for c in range(column, column + n_columns):
                    covered[r, c] = (row, column)
        n_columns = len(xs) - 1
        for r in range(len(rows) + 1):
            for c in range(n_columns):
                above, below = covered.get((r - 1, c)), covered.get((r, c))
                if rules in ("both", "across") and (above is None or above != below):
                    self.line(xs[c], top + r * pitch, xs[c + 1], top + r * pitch)
        for r in range(len(rows)):
            for c in range(n_columns + 1):
                left, right = covered.get((r, c - 1)), covered.get((r, c))
                if rules in ("both", "down") and (left is None or left != right):
                    self.line(xs[c], top + r * pitch, xs[c], top + (r + 1) * pitch)
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                if text:
                    is_figure = text[-1].isdigit() and "." in text
                    x = xs[c + 1] - 3 - 5 * len(text) if is_figure else xs[c] + 3
                    self.text(x, top + r * pitch + 14, text)

    def picture(self):
        """Draw a grey dot over the whole page: a scan."""
        self.drawing.append(
            f"q {self.width} 0 0 {self.height} 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID x EI Q"
        )


def pdf_bytes(*pages, trailer=b""):
    """Return a PDF file of some pages."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _FONT,
    ]
    for i, page in enumerate(pages):
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] "
            f"/Rotate {page.rotate} /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * i} 0 R >>".encode()
        )
        data = zlib.compress("\n".join(page.drawing).encode("latin-1"))
        head = f"<< /Length {len(data)} /Filter /FlateDecode >>\nstream\n".encode()
        bodies.append(head + data + b"\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    size = f"/Size {len(bodies) + 1} /Root 1 0 R".encode()
    out += b"trailer\n<< " + size + trailer + b" >>\nstartxref\n" + f"{start}\n%%EOF\n".encode()
    return out
