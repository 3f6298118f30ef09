"""Archives of figures nobody vouches for are read whole or refused whole, and never touch the disk."""

import io
import stat
import zipfile

import pytest

from itembank.exchange.figures import RefusedFigures, read_figures
from tests.itembank.bank import picture


def archive(entries: dict[str, bytes], compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compress) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return stream.getvalue()


def test_figures_are_found_by_name_with_or_without_suffix_and_folder() -> None:
    figures = read_figures(archive({"图片/LK0497.PNG": picture(), "__MACOSX/._x": b"litter", "图片/": b""}))
    assert figures.find("lk0497") is figures.find("LK0497.png")
    found = figures.find("LK0497.PNG")
    assert found is not None and (found.width, found.media_type) == (12, "image/png")
    assert figures.find("other") is None


def test_names_written_by_a_chinese_windows_are_understood() -> None:
    gbk = "图1.png".encode("gb18030")
    data = archive({"AAA.png": picture()}).replace(b"AAA.png", gbk)
    assert read_figures(data).find("图1.png") is not None


@pytest.mark.parametrize(
    "name", ["../up.png", "/etc/passwd.png", "a/../../b.png", "..\\..\\win.png", "C:\\windows\\x.png"]
)
def test_a_name_that_leaves_the_archive_is_refused(name: str) -> None:
    with pytest.raises(RefusedFigures) as refusal:
        read_figures(archive({"good.png": picture(), name: picture()}))
    assert "指向压缩包之外" in refusal.value.text("zh")


@pytest.mark.parametrize(
    "entries",
    [
        {"page.html": b"<script>1</script>"},
        {"svg.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"},
        {"liar.png": b"GIF89a not a figure"},
        {"cut.png": picture()[:40]},
        {"inner.zip": archive({"x.png": picture()})},
        {"a.png": picture(), "b/A.png": picture("blue")},
    ],
)
def test_what_is_not_exactly_one_figure_per_name_is_refused(entries: dict[str, bytes]) -> None:
    with pytest.raises(RefusedFigures):
        read_figures(archive(entries))


def test_bombs_are_refused_before_they_unpack() -> None:
    with pytest.raises(RefusedFigures):
        read_figures(archive({"bomb.png": b"\0" * (3 * 2**20)}))
    with pytest.raises(RefusedFigures):
        read_figures(archive({"big.png": b"\0" * (5 * 2**20)}))
    with pytest.raises(RefusedFigures):
        read_figures(archive({"wide.png": picture(size=5000)}))


def test_links_and_broken_archives_are_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        info = zipfile.ZipInfo("link.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    for data in (stream.getvalue(), archive({"x.png": picture()})[:-30], b"nothing"):
        with pytest.raises(RefusedFigures):
            read_figures(data)
