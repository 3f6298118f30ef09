"""Prints in a process of its own: laying pages out takes seconds, and no acknowledgement of a hall may wait for them.

What is printed goes through pipes; nothing readable touches the disk.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

from examserver.kernel.errors import ExamError, Json, Refused
from examserver.plumbing.fonts import load_fonts
from examserver.plumbing.typeface import FontSource
from itembank.papers.printing.paper import print_form

LONGEST_S = 170


class PrintFailed(Refused):
    """The pages could not be laid out; nothing was printed."""

    code = "print.failed"
    message_zh = "试卷未能排版：{detail}"
    message_en = "The pages could not be laid out: {detail}"
    next_zh = "请按提示处理（多为缺少字体），再重新印制；已登记的份号作废"
    next_en = "Mend what is named (mostly a missing font) and print again; the marks already on record are void"


def font_sources() -> Mapping[str, Sequence[FontSource]]:
    """The fonts of this machine for a print."""
    return {style: load_fonts(style) for style in ("regular", "bold")}


def print_apart(paper: str, title: str, form: Json, marks: Sequence[str]) -> bytes:
    """The PDF of a form's copies, made by another process; raises PrintFailed."""
    told = json.dumps({"paper": paper, "title": title, "form": form, "marks": list(marks)}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__], input=told, capture_output=True, timeout=LONGEST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PrintFailed(detail=type(error).__name__) from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        detail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["?"]
        raise PrintFailed(detail=detail[0][:300])
    return done.stdout


def main() -> int:
    """The other process: what is told on standard input becomes a PDF on standard output."""
    told = json.load(sys.stdin.buffer)
    try:
        made = print_form(told["paper"], told["title"], told["form"], told["marks"], font_sources())
    except ExamError as error:
        sys.stderr.write(f"{error.text('zh')} / {error.text('en')}\n")
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
