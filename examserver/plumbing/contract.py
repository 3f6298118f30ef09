"""One declaration per endpoint and socket event: who may call it, body, answer, errors.

Routing, the OpenAPI document and the TypeScript types derive from this registry; a declaration without an
access rule does not start. Slices only declare (api.py, sockets.py); plumbing/web.py and plumbing/sockets.py
serve what is declared here.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict

from examserver.kernel.access import Access, Actor
from examserver.kernel.errors import ExamError


class Schema(BaseModel):
    """Base of every message shape: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class NoContent(Schema):
    """An empty answer."""


@dataclass(frozen=True)
class FileAnswer:
    """An answer that is a file: a path on disk or bytes; `immutable` content may be cached for ever."""

    content: Path | bytes
    media_type: str
    name: str = ""
    immutable: bool = False


@dataclass(frozen=True)
class Upload:
    """One uploaded file."""

    name: str
    media_type: str
    data: bytes


Files = dict[str, Upload]


@dataclass(frozen=True)
class Endpoint:
    """A declared HTTP endpoint."""

    method: str
    path: str
    role: str
    access: Access
    handler: Callable[..., Any]
    answer: type[Any]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    multipart: bool = False
    raw: bool = False
    write: bool = True
    max_bytes: int | None = None
    errors: tuple[type[ExamError], ...] = ()
    summary: str = ""
    path_parameters: tuple[str, ...] = ()
    hot: bool = False

    @property
    def operation_id(self) -> str:
        """Unique name: the handler's."""
        return self.handler.__name__


@dataclass(frozen=True)
class SocketEvent:
    """A declared event from client to server; `hot` handlers get (runtime, actor, body, sid) and no transaction."""

    namespace: str
    name: str
    role: str
    access: Access
    handler: Callable[..., Any]
    body: type[BaseModel]
    answer: type[BaseModel]
    hot: bool = False
    write: bool = True
    summary: str = ""


@dataclass(frozen=True)
class PushedEvent:
    """A declared event from server to client."""

    namespace: str
    name: str
    body: type[BaseModel]
    summary: str = ""


@dataclass
class Registry:
    """Everything declared by the slices that were imported."""

    endpoints: list[Endpoint] = field(default_factory=list)
    events: list[SocketEvent] = field(default_factory=list)
    pushed: list[PushedEvent] = field(default_factory=list)
    connectors: dict[str, tuple[str, Callable[..., Actor]]] = field(default_factory=dict)
    disconnectors: dict[str, tuple[str, Callable[..., None]]] = field(default_factory=dict)
    refusals: dict[str, Callable[..., None]] = field(default_factory=dict)
    token_resolvers: dict[str, list[Callable[..., Actor | None]]] = field(default_factory=dict)
    started: list[tuple[str, Callable[..., None]]] = field(default_factory=list)


REGISTRY = Registry()


class BadDeclaration(TypeError):
    """A declaration that must stop the start-up."""


def endpoint(
    method: str,
    path: str,
    *,
    role: str,
    access: Access,
    answer: type[Any],
    errors: tuple[type[ExamError], ...] = (),
    summary: str = "",
    multipart: bool = False,
    write: bool | None = None,
    max_bytes: int | None = None,
    hot: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an HTTP endpoint; body, query, form, files, raw and path parameters are recognised by parameter name.

    A hot handler gets (runtime, actor, …) and no transaction: it may wait without holding a connection.
    """

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(handler)
        names = tuple(re.findall(r"{(\w+)}", path))
        givers = {"runtime", "actor"} if hot else {"work"}
        known = {*givers, "body", "query", "form", "files", "raw", *names}
        unknown = set(inspect.signature(handler).parameters) - known
        if unknown or not isinstance(access, Access):
            raise BadDeclaration(f"{method} {path}: parameters {unknown or ''} or access rule not understood")
        REGISTRY.endpoints.append(
            Endpoint(
                method=method,
                path=path,
                role=role,
                access=access,
                handler=handler,
                answer=answer,
                body=hints.get("body"),
                query=hints.get("query"),
                form=None if "form" in names else hints.get("form"),
                multipart=multipart,
                raw="raw" in hints,
                write=method != "GET" if write is None else write,
                max_bytes=max_bytes,
                errors=errors,
                summary=summary,
                path_parameters=names,
                hot=hot,
            )
        )
        return handler

    return declare


def event(
    namespace: str,
    name: str,
    *,
    role: str,
    access: Access,
    body: type[BaseModel],
    answer: type[BaseModel],
    hot: bool = False,
    write: bool = True,
    summary: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a socket event: handler(work, body, sid), or handler(runtime, actor, body, sid) when hot."""

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        if not isinstance(access, Access):
            raise BadDeclaration(f"{namespace} {name}: no access rule")
        REGISTRY.events.append(SocketEvent(namespace, name, role, access, handler, body, answer, hot, write, summary))
        return handler

    return declare


def pushed(namespace: str, name: str, *, body: type[BaseModel], summary: str = "") -> None:
    """Declare an event the server sends."""
    REGISTRY.pushed.append(PushedEvent(namespace, name, body, summary))


def connects(namespace: str, *, role: str) -> Callable[[Callable[..., Actor]], Callable[..., Actor]]:
    """Declare who may connect: handler(runtime, auth, environ, sid) returns the Actor or raises Denied."""

    def declare(handler: Callable[..., Actor]) -> Callable[..., Actor]:
        REGISTRY.connectors[namespace] = (role, handler)
        return handler

    return declare


def disconnects(namespace: str, *, role: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare what happens when a socket is gone: handler(runtime, actor, sid)."""

    def declare(handler: Callable[..., None]) -> Callable[..., None]:
        REGISTRY.disconnectors[namespace] = (role, handler)
        return handler

    return declare


def refuses(namespace: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare who hears of malformed events of a namespace: handler(runtime, actor, event name)."""

    def declare(handler: Callable[..., None]) -> Callable[..., None]:
        REGISTRY.refusals[namespace] = handler
        return handler

    return declare


def resolves_tokens(role: str) -> Callable[[Callable[..., Actor | None]], Callable[..., Actor | None]]:
    """Declare how a bearer token of this role becomes an actor: handler(runtime, session, token) → Actor or None."""

    def declare(handler: Callable[..., Actor | None]) -> Callable[..., Actor | None]:
        REGISTRY.token_resolvers.setdefault(role, []).append(handler)
        return handler

    return declare


def on_start(role: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare what a serving process does once for this role before it listens: handler(runtime)."""

    def declare(handler: Callable[..., None]) -> Callable[..., None]:
        REGISTRY.started.append((role, handler))
        return handler

    return declare
