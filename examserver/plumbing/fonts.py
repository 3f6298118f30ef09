"""Which Chinese fonts of this machine a PDF may take its letters from.

For every part that prints: tickets, certificates, papers, lists of items.
"""

import os
import sys
from pathlib import Path

from examserver.plumbing.settings import REPOSITORY
from examserver.plumbing.typeface import FontSource

SIMPLIFIED_FACE = 2
RARE = REPOSITORY / "config" / "fonts"
# Richest character set first; the shipped rare characters last, so that they only fill gaps.
FONT_FILES = {
    "regular": ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.ttf", "NotoSansSC-Regular.otf"),
    "bold": ("NotoSansCJK-Bold.ttc", "NotoSansSC-Bold.ttf", "NotoSansSC-Bold.otf"),
    "serif": ("NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.ttf"),
    "serif-bold": ("NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc", "NotoSansSC-Bold.ttf"),
}
RARE_FILES = {style: "ExamRareHan-Bold.otf" if "bold" in style else "ExamRareHan-Regular.otf" for style in FONT_FILES}
SYSTEM_FOLDERS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk")


def font_folders() -> tuple[Path, ...]:
    """Where Chinese fonts may lie: EXAM_FONTS, the environment's own folder, the system's."""
    chosen = os.environ.get("EXAM_FONTS", "")
    own = Path(sys.prefix) / "share" / "fonts"
    return (*(Path(one) for one in (*chosen.split(os.pathsep), *SYSTEM_FOLDERS) if one), own)


def load_fonts(style: str) -> tuple[FontSource, ...]:
    """The font files of a style found on this machine, best first; empty when there are none."""
    places = [folder / name for name in FONT_FILES[style] for folder in font_folders()]
    found = [path for path in places if path.is_file()]
    return tuple(_source(path) for path in (*found, RARE / RARE_FILES[style])) if found else ()


def _source(path: Path) -> FontSource:
    return FontSource(path.name, path.read_bytes(), SIMPLIFIED_FACE if path.suffix == ".ttc" else 0)
