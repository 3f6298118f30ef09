"""Every error has a code of its own and says, in Chinese and English, what happened and what to do next."""

import json
import subprocess
import sys
from functools import cache
from typing import TypedDict

from tests.architecture.tree import PACKAGES, ROOT, modules, told, within

# In a process of its own: importing the composition may patch the standard library for gevent.
LIST_ERRORS = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from examserver.kernel import errors

def below(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from below(sub)

def told(kind, names):
    return {name: str(getattr(kind, name, "")) for name in names}

fields = ("code", "message_zh", "message_en", "next_zh", "next_en")
found = {f"{kind.__module__}.{kind.__qualname__}": kind for kind in below(errors.ExamError)}
print("\\n" + json.dumps([
    {"name": name, "family": kind.__module__ == errors.__name__, **told(kind, fields)}
    for name, kind in sorted(found.items())
]))
"""


class Error(TypedDict):
    """One error class as the listing prints it."""

    name: str
    family: bool
    code: str
    message_zh: str
    message_en: str
    next_zh: str
    next_en: str


@cache
def errors() -> tuple[Error, ...]:
    """Every error class of the three packages, after importing all of their modules."""
    skipped = ("examserver.plumbing.migrations",)
    names = [m.name for m in modules() if not within(m.name, skipped) and m.words[-1] != "__main__"]
    done = subprocess.run(
        [sys.executable, "-c", LIST_ERRORS, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, f"a module can't be imported:\n{done.stderr[-3000:]}"
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def concrete() -> list[Error]:
    """The errors beside the rules that raise them, without the families."""
    return [error for error in errors() if not error["family"]]


def test_every_module_can_be_imported_and_codes_are_unique() -> None:
    by_code: dict[str, list[str]] = {}
    for error in concrete():
        by_code.setdefault(error["code"], []).append(error["name"])
    problems = [f"{code}: {', '.join(names)}" for code, names in by_code.items() if len(names) > 1]
    assert not problems, told(problems)


def test_codes_name_a_place_and_a_fault() -> None:
    problems = [f"{e['name']}: {e['code']!r}" for e in concrete() if not well_formed(e["code"])]
    assert not problems, told(problems)


def well_formed(code: str) -> bool:
    """`sitting.closed`: lower-case words joined by underscores, at least one dot."""
    words = code.split(".")
    return len(words) >= 2 and all(word.replace("_", "a").isalnum() and word == word.lower() for word in words)


def test_errors_speak_chinese_and_english_and_say_what_next() -> None:
    problems = []
    for error in concrete():
        if not any("\u4e00" <= letter <= "\u9fff" for letter in error["message_zh"]):
            problems.append(f"{error['name']}: no Chinese sentence")
        if not error["message_en"].strip():
            problems.append(f"{error['name']}: no English sentence")
        if not (error["next_zh"].strip() and error["next_en"].strip()):
            problems.append(f"{error['name']}: does not say what to do next")
    assert not problems, told(problems)


def test_errors_live_in_our_packages() -> None:
    assert all(within(error["name"], PACKAGES) for error in errors())
