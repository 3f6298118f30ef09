"""What the documents promise exists: every link, every make target, every command and option of `exam`."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from examserver.demo.narrator import STEPS
from tests.architecture.tree import ROOT, files_with, told

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|<img[^>]*\bsrc=\"([^\"]+)\"")
INLINE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z_-]*):", re.MULTILINE)
EXAM = re.compile(r"(?:^|[\s/])exam ((?:[^|;&#>]|#/)+)")

LIST_COMMANDS = """
import json, click
from examserver.cli import exam

def load(group, context, name):
    try:
        return group.get_command(context, name)
    except (ImportError, AttributeError) as problem:
        return click.Command(name, help=f"!{problem}")

def walk(command, path, context):
    options = sorted(o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("-"))
    help = command.help or ""
    problem = [help[1:]] if help.startswith("!") else []
    yield path, {"options": options, "group": isinstance(command, click.Group), "problem": problem}
    if isinstance(command, click.Group):
        inner = click.Context(command, parent=context, info_name=path)
        for name in command.list_commands(inner):
            yield from walk(load(command, inner, name), (path + " " + name).strip(), inner)

print("\\n" + json.dumps(dict(walk(exam, "", None))))
"""


def documents() -> list[Path]:
    """Every document a person reads."""
    return files_with(".md")


def pieces_of_code(text: str) -> Iterator[str]:
    """Lines of fenced blocks (without the prompt) and inline code outside them."""
    for block in FENCE.findall(text):
        yield from (line.strip().removeprefix("$ ") for line in block.splitlines())
    yield from INLINE.findall(FENCE.sub("", text))


def test_links_lead_somewhere() -> None:
    problems = []
    for path in documents():
        for match in LINK.finditer(FENCE.sub("", path.read_text())):
            target = (match[1] or match[2]).partition("#")[0]
            elsewhere = "://" in target or target.startswith("mailto:")
            if target and not elsewhere and not (path.parent / target).exists():
                problems.append(f"{path.relative_to(ROOT)}: {target}")
    assert not problems, told(problems)


def test_every_make_target_named_exists() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    problems = [
        f"{path.relative_to(ROOT)}: make {name}"
        for path in documents()
        for code in pieces_of_code(path.read_text())
        for name in re.findall(r"(?:^|\s)make ([a-z][a-z_-]*)", code)
        if name not in targets
    ]
    assert not problems, told(problems)


def test_the_readme_tells_the_steps_the_demo_runs() -> None:
    told_steps = re.findall(r"^(\d)\. \*\*(\w+)\.\*\*", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert told_steps == [(str(number), name) for number, (name, _) in enumerate(STEPS, 1)]


@cache
def commands() -> dict[str, dict[str, list[str]]]:
    """Options of every command of `exam`, by its words."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_COMMANDS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_command_can_be_loaded() -> None:
    problems = [f"exam {name}: {entry['problem'][0]}" for name, entry in commands().items() if entry["problem"]]
    assert not problems, told(problems)


def fault_in(line: str) -> str | None:
    """The first word of a command line that `exam` does not know; None if all are known."""
    path = ""
    for word in line.replace("[", " ").replace("]", " ").replace("…", " ").split():
        if commands()[path]["problem"]:
            return None
        name = word.partition("=")[0].strip(",.|")
        if name.startswith("-") and len(name) > 1:
            if name not in commands()[path]["options"] and name != "--help":
                return name
        elif commands()[path]["group"] and re.fullmatch(r"[a-z][a-z-]*", name):
            path = f"{path} {name}".strip()
            if path not in commands():
                return name
    return None


def test_every_exam_command_and_option_named_exists() -> None:
    problems = []
    for path in documents():
        for code in pieces_of_code(path.read_text()):
            for line in EXAM.findall(code):
                fault = fault_in(line)
                if fault:
                    problems.append(f"{path.relative_to(ROOT)}: exam {line.strip()}: unknown {fault}")
    assert not problems, told(problems)
