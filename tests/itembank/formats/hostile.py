"""Files made to harm whoever opens them, one per trick, for the tests of every door of the exchange."""

import io
import stat
import struct
import zipfile

from tests.itembank.bank import picture

PARTS = {
    "[Content_Types].xml": b"<Types/>",
    "word/document.xml": b"<document/>",
    "imsmanifest.xml": b"<manifest/>",
    "xl/workbook.xml": b"<workbook/>",
}
LAUGHS = "".join(
    f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{f"&l{n - 1};" * 9 if n else "ha"}">' for n in range(9)
)


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return stream.getvalue()


def with_entry(name: str, data: bytes = b"x", method: int = zipfile.ZIP_DEFLATED, mode: int = 0o100644) -> bytes:
    """A package with everything a reader looks for, and one more entry."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        for part, content in PARTS.items():
            made.writestr(part, content)
        info = zipfile.ZipInfo(name)
        info.compress_type, info.external_attr = method, mode << 16
        made.writestr(info, data)
    return stream.getvalue()


def claiming(size: int) -> bytes:
    """A package whose directory says that its last entry is so large."""
    data = bytearray(with_entry("claim.bin", b"y" * 100, zipfile.ZIP_STORED))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, size)
    return bytes(data)


def encrypted() -> bytes:
    """A package with an entry that says it is encrypted."""
    data = bytearray(with_entry("secret.xml"))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<H", data, place + 8, 1)
    return bytes(data)


def overlapping() -> bytes:
    """A package whose directory leads twice to the same bytes, as bombs without nesting do."""
    data = packed({**PARTS, "a.xml": b"a" * 200, "b.xml": b"b" * 200}, zipfile.ZIP_STORED)
    changed = bytearray(data)
    first, second = (data.rindex(b"PK\x01\x02", 0, data.rindex(name)) for name in (b"a.xml", b"b.xml"))
    changed[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(changed)


def doubled() -> bytes:
    """A package with two entries of one name."""
    return packed({**PARTS, "same.xml": b"one", "Same.XML": b"two"})


ARCHIVES: dict[str, tuple[bytes, str]] = {
    "a path that climbs": (with_entry("../../evil.xml"), "archive.path_escapes"),
    "a path that climbs in the Windows way": (with_entry("..\\..\\evil.xml"), "archive.path_escapes"),
    "an absolute path": (with_entry("/etc/cron.d/evil"), "archive.path_escapes"),
    "a drive letter": (with_entry("C:/Windows/evil.dll"), "archive.path_escapes"),
    "a symbolic link": (with_entry("link.xml", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "archive.link"),
    "a device": (with_entry("null", b"", mode=stat.S_IFCHR | 0o666), "archive.link"),
    "an encrypted entry": (encrypted(), "archive.encrypted"),
    "an unusual method": (with_entry("a.xml", b"x" * 99, zipfile.ZIP_LZMA), "archive.method"),
    "a bomb by ratio": (with_entry("bomb.xml", b"\0" * (20 * 2**20)), "archive.bomb"),
    "a bomb in the part that is read": (packed({**PARTS, "word/document.xml": b" " * (20 * 2**20)}), "archive.bomb"),
    "a bomb of shared bytes": (overlapping(), "archive.overlap"),
    "a claim of one gigabyte": (claiming(2**30), "archive.too_large"),
    "a claim of four gigabytes": (claiming(2**32 - 2), "archive.too_large"),
    "two entries of one name": (doubled(), "archive.name_twice"),
    "control characters in a name": (with_entry("a\nb.xml"), "archive.odd_name"),
    "an archive cut short": (with_entry("a.xml")[:-40], "archive.broken"),
}

WRONG: dict[str, bytes] = {
    "nothing": b"",
    "only blanks": b" \r\n\t" * 100,
    "only zeros": b"\0" * 4096,
    "a program": b"MZ\x90\x00\x03" + bytes(range(256)) * 16,
    "a picture": picture(),
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "an old Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    "garbage of 0xFF": b"\xff" * 50_000,
    "garbage of every byte": bytes(range(256)) * 200,
    "the start of an archive": b"PK\x03\x04" + b"\xff" * 300,
    "one endless line": b"{" * 300_000,
    "one endless line of Chinese": ("题" * 200_000).encode(),
    "an XML bomb": f"<!DOCTYPE quiz [{LAUGHS}]><quiz><question>&l8;</question></quiz>".encode(),
    "an external entity": b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
    "an external document type": b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1/evil.dtd"><quiz/>',
    "a parameter entity": b'<!DOCTYPE q [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><quiz/>',
    "XML cut short": b"<?xml version='1.0'?><quiz><question type='truefalse'><name><text>cut",
    "XML that closes wrongly": b"<quiz><question></quiz></question>",
    "XML nested without end": b"<quiz>" + b"<a>" * 100_000,
    "XML of another kind": b"<?xml version='1.0'?><html><body>1</body></html>",
    "UTF-16 without its mark": "<quiz/>".encode("utf-16-le"),
    "JSON": b'[{"a": "b"}]',
}


def xml_bomb(name: str, root: str, attributes: str = "") -> bytes:
    """A package whose part of this name is an XML bomb."""
    bomb = f"<!DOCTYPE {root} [{LAUGHS}]><{root} {attributes}>&l8;</{root}>".encode()
    return packed({**PARTS, name: bomb})
