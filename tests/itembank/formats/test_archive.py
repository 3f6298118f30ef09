"""The one door for archives: sound ones are read as they are, limits hold, sizes are never believed."""

import struct
import zipfile

import pytest

from itembank.exchange.archive import ArchiveBroken, ArchiveEntryMissing, Limits, RefusedArchive, open_archive, survey
from tests.itembank.formats.hostile import packed, with_entry


def test_a_sound_archive_is_read_as_it_was_packed_and_litter_is_passed_over() -> None:
    archive = open_archive(packed({"a/题目.xml": "内容".encode(), "__MACOSX/._a": b"x", "b/": b"", "Thumbs.db": b"x"}))
    assert archive.names == ("a/题目.xml",)
    assert archive.read("a/题目.xml").decode() == "内容"
    with pytest.raises(ArchiveEntryMissing):
        archive.read("../题目.xml")


def test_names_written_by_a_chinese_windows_are_understood() -> None:
    data = packed({"AAAA.xml": b"x"}).replace(b"AAAA.xml", "题目.xml".encode("gb18030"))
    assert open_archive(data).names == ("题目.xml",)


def test_an_entry_larger_than_declared_is_broken_not_read_on() -> None:
    data = bytearray(with_entry("more.bin", b"z" * 5000))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.rindex(mark) + offset, 10)
    with pytest.raises(ArchiveBroken):
        open_archive(bytes(data)).read("more.bin")


def test_an_altered_byte_is_noticed_by_the_sum() -> None:
    data = packed({"a.txt": b"the right words"}, zipfile.ZIP_STORED).replace(b"right", b"wrong")
    with pytest.raises(ArchiveBroken):
        open_archive(data).read("a.txt")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(most_bytes=50), "archive.too_large"),
        (Limits(most_entries=2), "archive.too_many_entries"),
        (Limits(most_unpacked=10), "archive.too_large"),
        (Limits(most_per_entry=10), "archive.too_large"),
    ],
)
def test_every_limit_holds(limits: Limits, code: str) -> None:
    with pytest.raises(RefusedArchive) as caught:
        open_archive(packed({f"{n}.txt": b"some words " * 5 for n in range(4)}), limits)
    assert caught.value.code == code


def test_a_survey_names_every_fault_at_once() -> None:
    _, faults = survey(packed({"../a": b"x", "/b": b"x", "c.zip": b"x"}), Limits())
    assert [fault.code for fault in faults] == ["archive.path_escapes", "archive.path_escapes", "archive.nested"]
    assert survey(packed({"c.zip": b"x"}), Limits(nested=True))[1] == []
