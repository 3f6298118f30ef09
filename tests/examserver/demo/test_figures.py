"""Figures are drawn the same every time, in one size, with ink and with margins."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from examserver.demo.figures import FIGURES, draw_figure, draw_figures


def test_there_are_at_least_twenty_different_figures() -> None:
    assert len({draw_figure(name) for name in FIGURES}) == len(FIGURES) >= 20


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_figure_is_a_png_of_the_agreed_size_drawn_inside_its_margins(name: str) -> None:
    with Image.open(io.BytesIO(draw_figure(name))) as image:
        assert (image.format, image.size) == ("PNG", (480, 300))
        grey = image.convert("L")
    ink = ImageChops.invert(grey).getbbox()
    assert ink is not None
    left, top, right, bottom = ink
    assert left >= 2 and top >= 2 and right <= 478 and bottom <= 298
    assert 0.004 < sum(grey.histogram()[:128]) / (480 * 300) < 0.2


def test_drawing_twice_gives_the_same_bytes() -> None:
    assert all(draw_figure(name) == draw_figure(name) for name in FIGURES)


def test_all_figures_land_in_the_folder(tmp_path: Path) -> None:
    paths = draw_figures(tmp_path / "figures")
    assert [path.name for path in paths] == sorted(FIGURES)
    assert all(path.read_bytes() == draw_figure(path.name) for path in paths)
