"""Small but genuine files for the demo letters: a reader must be able to open what it downloads."""

import hashlib
import struct
import zlib
from email.message import EmailMessage
from pathlib import PurePath

WIDTH, HEIGHT = 480, 270
TYPES = {".pdf": "application/pdf", ".csv": "text/csv", ".png": "image/png"}


def add_attachment(message: EmailMessage, name: str) -> None:
    maintype, _, subtype = TYPES[PurePath(name).suffix].partition("/")
    message.add_attachment(file_content(name), maintype=maintype, subtype=subtype, filename=name)


def add_inline_image(message: EmailMessage, name: str, content_id: str) -> None:
    part = message.get_body(("html",))
    if part is None:
        raise ValueError(f"{name}: an inline image needs an HTML letter")
    part.add_related(
        file_content(name), maintype="image", subtype="png", cid=f"<{content_id}>", filename=name, disposition="inline"
    )


def file_content(name: str) -> bytes:
    builders = {".pdf": build_pdf, ".csv": build_csv, ".png": build_png}
    return builders[PurePath(name).suffix](name)


def build_pdf(name: str) -> bytes:
    """One page with a line of text. The built-in fonts know Latin letters only, hence no title from elsewhere."""
    number = int(hashlib.sha256(name.encode()).hexdigest()[:6], 16)
    drawing = f"BT /F1 20 Tf 72 740 Td (CRM Mail demo document {number}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, offsets = b"%PDF-1.4\n", []
    for index, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (index, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def build_csv(name: str) -> bytes:
    seed = hashlib.sha256(name.encode()).digest()
    rows = [f"A-{1000 + index};{byte % 40 + 1};{byte * 3 + 19}.00" for index, byte in enumerate(seed[:12])]
    return ("\r\n".join(["article;pieces;price", *rows]) + "\r\n").encode()


def build_png(name: str) -> bytes:
    """A gradient in colors of its own: pictures must differ from one another."""
    red, green, blue = hashlib.sha256(name.encode()).digest()[:3]
    rows = b"".join(b"\0" + png_row(row, (red, green, blue)) for row in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def png_row(row: int, color: tuple[int, int, int]) -> bytes:
    """A horizon at two thirds of the height, the lower part darker."""
    share = 255 - row * 120 // HEIGHT if row < HEIGHT * 2 // 3 else 90
    return bytes(part * share // 255 for part in color) * WIDTH


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
