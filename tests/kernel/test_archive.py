"""An archive has one layout: whatever is added, moved, packed otherwise or flipped is refused."""

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examserver.kernel.archive import MalformedArchive, read_archive, salvage, write_archive

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,8}(/[A-Za-z0-9_.-]{1,8}[a-z])?", fullmatch=True)
ENTRIES = st.dictionaries(NAMES, st.binary(max_size=200), max_size=6)


@given(ENTRIES)
def test_what_was_written_is_read_in_its_order(entries: dict[str, bytes]) -> None:
    data = write_archive(list(entries.items()))
    assert list(read_archive(data).items()) == list(entries.items())
    assert data == write_archive(list(read_archive(data).items()))


@given(ENTRIES.filter(bool), st.integers(0, 10**6), st.integers(0, 7))
def test_any_flipped_bit_is_refused(entries: dict[str, bytes], where: int, bit: int) -> None:
    changed = bytearray(write_archive(list(entries.items())))
    changed[where % len(changed)] ^= 1 << bit
    try:
        assert read_archive(bytes(changed)) != entries
    except MalformedArchive:
        return


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../b", "a//b", "./a", "", "a b", "ä", "a\\b", "a/", "x:y"])
def test_names_that_lead_elsewhere_are_never_written(name: str) -> None:
    with pytest.raises(MalformedArchive):
        write_archive([(name, b"x")])


def made(build: Callable[[zipfile.ZipFile], None], **options: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        build(archive)
    return buffer.getvalue()


def dated(archive: zipfile.ZipFile) -> None:
    archive.writestr(zipfile.ZipInfo("a", (2026, 1, 1, 0, 0, 0)), b"x")


def commented(archive: zipfile.ZipFile) -> None:
    archive.comment = b"note"
    archive.writestr(zipfile.ZipInfo("a", (1980, 1, 1, 0, 0, 0)), b"x")


@pytest.mark.parametrize("build", [dated, commented])
def test_other_layouts_are_refused(build: Callable[[zipfile.ZipFile], None]) -> None:
    with pytest.raises(MalformedArchive):
        read_archive(made(build))


def test_compressed_entries_are_refused_before_they_are_inflated() -> None:
    bomb = made(lambda archive: archive.writestr("a", b"\0" * 30_000_000), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(MalformedArchive, match="compressed"):
        read_archive(bomb)
    assert salvage(bomb) == {}


def test_a_damaged_archive_still_shows_what_it_holds() -> None:
    data = bytearray(write_archive([("a", b"aaaa"), ("y", b"bbbb")]))
    data[data.index(b"bbbb")] ^= 1
    with pytest.raises(MalformedArchive):
        read_archive(bytes(data))
    assert salvage(bytes(data)) == {"a": b"aaaa", "y": b"cbbb"}


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_is_salvaged_by_accident(data: bytes) -> None:
    with pytest.raises(MalformedArchive):
        read_archive(data)
    salvage(data)
