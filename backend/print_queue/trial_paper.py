"""What the button "print a test" prints: a label with a code for ZPL printers, a page for the others. No fonts needed."""

import re
import unicodedata

from printing.protocol import Demand


def trial_label(printer_code: str, name: str, dpi: int, stamp: str, width_mm: int, height_mm: int) -> bytes:
    """A ZPL label that says which printer this is and when it was asked, with the same in a Code 128."""
    dot = dpi / 25.4
    width, height, line = round(width_mm * dot), round(height_mm * dot), round(5 * dot)
    parts = [
        f"^XA^CI28^PW{width}^LL{height}^LH0,0",
        f"^FO{line},{line}^A0N,{line},{line}^FDRampa {plain(printer_code)}^FS",
        f"^FO{line},{line * 2 + line // 2}^A0N,{line // 2},{line // 2}^FD{plain(name)}  {plain(stamp)}^FS",
        f"^BY{max(2, round(0.25 * dot))}^FO{line},{line * 4}",
        f"^BCN,{round(10 * dot)},Y,N,N,A^FD{trial_code(printer_code)}^FS",
        "^XZ\n",
    ]
    return "".join(parts).encode("ascii")


def trial_code(printer_code: str) -> str:
    """Content of the code on a trial label."""
    return f"TEST-{plain(printer_code)}"


def trial_demand(printer_code: str) -> Demand:
    """What the agent must find on the trial label before it sends it."""
    return Demand("code128", trial_code(printer_code))


def trial_page(printer_code: str, name: str, stamp: str) -> bytes:
    """A one page A4 PDF in the reader's own Helvetica."""
    text = (
        f"BT /F 28 Tf 60 760 Td (Rampa {plain(printer_code)}) Tj "
        f"0 -30 Td /F 14 Tf ({plain(name)}  {plain(stamp)}) Tj ET"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text.encode("ascii")),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + tail


def plain(text: str) -> str:
    """Only characters that every printer font has and no printer language reads as a command; letters lose their marks."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[^A-Za-z0-9 .:/+-]", "-", bare)
