"""Inside a slice every module is pure unless its name is on the short list.

Pure: no clock, randomness, input or output, framework. Time, seeds and nonces arrive as arguments.
"""

from tests.architecture.tree import Module, called_names, imports, modules, told, within

MAY_BE_IMPURE = {"tables", "actions", "api", "schemas", "sockets", "commands", "store", "device"}

FRAMEWORKS = ("flask", "flask_socketio", "socketio", "sqlalchemy", "alembic", "werkzeug", "gevent", "click")
NETWORK = (
    "requests",
    "httpx",
    "aiohttp",
    "socket",
    "urllib.request",
    "http.client",
    "websocket",
    "redis",
    "psycopg",
)
SYSTEM = ("subprocess", "threading", "multiprocessing", "tempfile", "shutil", "sqlite3", "logging")
RANDOMNESS = ("random", "secrets", "os.urandom", "uuid.uuid4")
FORBIDDEN_IMPORTS = (*FRAMEWORKS, *NETWORK, *SYSTEM, *RANDOMNESS)

CLOCK_CALLS = {
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
}  # fmt: skip
RANDOM_CALLS = {"os.urandom", "uuid.uuid4", "uuid.uuid1"}
FILE_CALLS = {"open", "print", "input", "os.environ", "os.getenv", "sys.stdout", "sys.stderr"}
FILE_METHODS = {"?.read_bytes", "?.read_text", "?.write_bytes", "?.write_text", "?.unlink", "?.mkdir"}
FORBIDDEN_CALLS = CLOCK_CALLS | RANDOM_CALLS | FILE_CALLS | FILE_METHODS

# The floor's own sources of time and randomness; verifiers read the file they are asked about.
EXCEPTIONS = {
    "examserver.kernel.clock": CLOCK_CALLS | {"time"},
    "examserver.kernel.crypto": {"secrets", *RANDOM_CALLS},
}
READING = {"?.read_bytes", "?.read_text", "open"}


def is_composition(module: Module) -> bool:
    """`cli`, `app`, `verify`, `demo` and what lies directly in a package: the places that know everything."""
    words = module.words
    return words[0] == "examserver" and (len(words) <= 2 or words[1] == "demo")


def is_pure(module: Module) -> bool:
    """Whether the rules of this file apply to the module."""
    if is_composition(module) or within(module.name, ["examserver.plumbing"]):
        return False
    return module.words[-1] not in MAY_BE_IMPURE


def excused(module: Module) -> set[str]:
    """What this module may do although it is pure."""
    found = {name for root, names in EXCEPTIONS.items() if within(module.name, [root]) for name in names}
    return found | READING if module.words[-1] == "verify" else found


def impurities(module: Module) -> list[str]:
    """Every import and call a pure module must not have."""
    free = excused(module)
    found = [
        (line, name) for line, name in imports(module) if within(name, FORBIDDEN_IMPORTS) and not within(name, free)
    ]
    found += [(line, name) for line, name in called_names(module) if name_of_call(name) in FORBIDDEN_CALLS - free]
    return [f"{module.place}:{line}: {name}" for line, name in sorted(set(found))]


def name_of_call(name: str) -> str:
    """File methods count whatever the variable is called: `path.read_bytes` as `?.read_bytes`."""
    method = "?." + name.rpartition(".")[2]
    return method if method in FILE_METHODS else name


def test_pure_modules_have_no_clock_randomness_or_input_and_output() -> None:
    problems = [problem for module in modules() if is_pure(module) for problem in impurities(module)]
    assert not problems, told(problems)
