"""Imports point one way: composition → capabilities → item bank and proctor → plumbing → kernel."""

from tests.architecture.tree import PACKAGES, ROOT, Module, imports, modules, repository_files, told, within

# The left may be imported by the right. The log of responses knows nothing of seats, so it lies below the hall.
CAPABILITIES = ("institutions", "planning", "responses", "hall", "grading", "certification")
WATCHERS = ("supervision", "transparency")
ROLE_OF = {
    "itembank": "bank",
    "examserver.institutions": "authority",
    "examserver.planning": "authority",
    "examserver.grading": "authority",
    "examserver.certification": "authority",
    "examserver.supervision": "authority",
    "examserver.transparency": "authority",
    "examserver.hall": "hall",
    "examserver.responses": "hall",
    "proctor": "hall",
}

# A slice's commands are leaves of the command line: they may ask the composition for a role ready to work, and for
# the one way a report is printed.
FOR_COMMANDS = ("examserver.slices", "examserver.app", "examserver.verify")

KERNEL = "examserver.kernel"
PLUMBING = "examserver.plumbing"


def part_of(name: str) -> str:
    """Where a dotted name lies: kernel, plumbing, itembank, proctor, a capability or composition."""
    words = name.split(".")
    if words[0] != "examserver":
        return words[0]
    part = words[1] if len(words) > 1 else ""
    return part if part in {"kernel", "plumbing", *CAPABILITIES, *WATCHERS} else "composition"


def may_import(part: str) -> set[str]:
    """The parts that modules of this part may import."""
    if part == "kernel":
        return {"kernel"}
    floor = {"kernel", "plumbing"}
    if part in {"plumbing", "itembank", "proctor"}:
        return floor | {part}
    floor |= {"itembank", "proctor"}
    if part in CAPABILITIES:
        return floor | set(CAPABILITIES[: CAPABILITIES.index(part) + 1])
    if part in WATCHERS:
        return floor | set(CAPABILITIES) | {part}
    return floor | set(CAPABILITIES) | set(WATCHERS) | {"composition"}


def allowed(module: Module, name: str) -> bool:
    """Whether this module may import that name of ours."""
    if within(module.name, [f"{PLUMBING}.migrations"]) and within(name, ["examserver.tables", "examserver.slices"]):
        return True
    if module.words[-1] == "commands" and within(name, FOR_COMMANDS):
        return True
    return part_of(name) in may_import(part_of(module.name))


def test_imports_point_one_way() -> None:
    problems = [
        f"{module.place}:{line}: {part_of(module.name)} must not import {name}"
        for module in modules()
        for line, name in imports(module)
        if within(name, PACKAGES) and name != "examserver" and not allowed(module, name)
    ]
    assert not problems, told(problems)


def test_package_files_are_empty() -> None:
    problems = [
        str(path.relative_to(ROOT))
        for path in repository_files()
        if path.name == "__init__.py" and path.read_bytes().strip()
    ]
    assert not problems, told(problems)


def test_every_folder_of_modules_is_a_package() -> None:
    scripts = [f"{PLUMBING}.migrations"]
    folders = {module.path.parent for module in modules() if not within(module.name, scripts)}
    problems = [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()]
    assert not problems, told(problems)


def test_the_kernel_knows_no_framework() -> None:
    frameworks = ("flask", "flask_socketio", "socketio", "sqlalchemy", "alembic", "gevent", "click", PLUMBING)
    problems = [
        f"{module.place}:{line}: {name}"
        for module in modules()
        if within(module.name, [KERNEL])
        for line, name in imports(module)
        if within(name, frameworks)
    ]
    assert not problems, told(problems)


def role_of(name: str) -> str | None:
    """The role whose database a name belongs to."""
    return next((role for root, role in ROLE_OF.items() if within(name, [root])), None)


def test_no_import_of_tables_crosses_a_role() -> None:
    problems = []
    for module in modules():
        own = role_of(module.name)
        for line, name in imports(module):
            other = role_of(name)
            if own and other and own != other and "tables" in name.split("."):
                problems.append(f"{module.place}:{line}: {own} reads the rows of {other} ({name})")
    assert not problems, told(problems)
