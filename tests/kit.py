"""What endpoint tests stand on: real roles on SQLite in a temporary folder, and clients that are signed in."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from examserver.app import build_runtimes
from examserver.kernel.access import system_actor
from examserver.kernel.clock import Clock
from examserver.plumbing.identity import create_account
from examserver.plumbing.jobs import run_all
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.settings import Settings, load_settings
from examserver.plumbing.web import build_web
from examserver.plumbing.work import open_work

PASSWORD = "a long enough passphrase"
BASE = "https://localhost"


@dataclass
class Person:
    """A signed-in member of staff with a client of their own."""

    client: FlaskClient
    role: str
    login: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET with this person's cookie."""
        return self.client.get(path, base_url=BASE, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """POST JSON, or a form when `data` is given, with cookie and CSRF value."""
        if "data" not in options:
            options["json"] = {} if json is None else json
        return self.client.post(path, base_url=BASE, headers=self.headers, **options)


@dataclass
class World:
    """All roles of one installation."""

    settings: Settings
    runtimes: dict[str, RoleRuntime]
    app: Flask

    def signed_in(self, role: str, login: str, *roles: str) -> Person:
        """A person with these roles of roles.toml; the account is made when it does not exist yet."""
        with open_work(self.runtimes[role], system_actor("test")) as work:
            create_account(work, login, login.title(), list(roles), PASSWORD)
        person = Person(self.app.test_client(), role, login)
        answer = person.post(f"/api/{role}/sign-in", {"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        person.headers["X-Exam-Csrf"] = answer.json["csrf"] if answer.json else ""
        return person

    def public(self) -> Person:
        """Somebody who is not signed in."""
        return Person(self.app.test_client(), "", "public")

    def run_jobs(self) -> int:
        """Run every queued job here and now."""
        return sum(run_all(runtime) for runtime in self.runtimes.values())


def make_world(folder: Path, clock: Clock | None = None, **settings: Any) -> World:
    """A fresh installation in this folder; `clock` replaces every role's clock."""
    chosen = load_settings(env={}, data_dir=folder, **settings)
    runtimes = build_runtimes(chosen)
    for runtime in runtimes.values():
        runtime.clock = clock or runtime.clock
    return World(chosen, runtimes, build_web(runtimes, chosen.dist()))
