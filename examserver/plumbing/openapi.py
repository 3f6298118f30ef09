"""The OpenAPI 3.1 document of the registry; socket events stand beside the paths under `x-socket-events`."""

from collections import Counter
from typing import Any, TypeGuard

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from examserver.plumbing.contract import REGISTRY, Endpoint, FileAnswer, Schema

REF = "#/components/schemas/{model}"


class ErrorBody(Schema):
    """The one shape of every error."""

    code: str
    message: str
    next: str
    fields: dict[str, Any]
    request_id: str


class SignInRequest(Schema):
    """Login and password."""

    login: str
    password: str


class Me(Schema):
    """Who is signed in, and the CSRF value unsafe calls must carry in X-Exam-Csrf."""

    account_id: str
    name: str
    role: str
    permissions: list[str]
    scope: str | None
    csrf: str
    server_ms: int


def document() -> dict[str, Any]:
    """The whole document, with stable ordering."""
    components = _components()
    paths: dict[str, Any] = {}
    for one in sorted(REGISTRY.endpoints, key=lambda one: (one.path, one.method)):
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    for role in ("bank", "authority", "hall"):
        paths |= _sign_in_paths(role)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Exam delivery", "version": "1"},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(components.items()))},
        "x-socket-events": _socket_events(),
    }


def _models() -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = [ErrorBody, SignInRequest, Me]
    for one in REGISTRY.endpoints:
        asked: list[Any] = [one.body, one.query, one.form, one.answer, *getattr(one.answer, "__args__", ())]
        found += [model for model in asked if _is_model(model)]
    for declared in REGISTRY.events:
        found += [declared.body, declared.answer]
    found += [one.body for one in REGISTRY.pushed]
    return list(dict.fromkeys(found))


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _components() -> dict[str, Any]:
    models = _models()
    names = Counter(model.__name__ for model in models)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise ValueError(f"two messages share a name, which the declarations cannot tell apart: {', '.join(twice)}")
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    found: dict[str, Any] = definitions.get("$defs", {})
    return found


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(model)}}


def _operation(one: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.operation_id,
        "summary": one.summary,
        "tags": [one.role],
        "x-access": str(one.access),
        "parameters": _parameters(one),
        "responses": {
            "200": {"description": "OK", "content": _answer(one)},
            "default": {
                "description": "Errors: " + ", ".join(sorted(error.code for error in one.errors)),
                "content": _json(ErrorBody),
            },
        },
    }
    body = _request_body(one)
    return operation | ({"requestBody": body} if body else {})


def _parameters(one: Endpoint) -> list[dict[str, Any]]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in one.path_parameters
    ]
    if one.query is not None:
        for name, field in one.query.model_fields.items():
            schema = one.query.model_json_schema()["properties"][name]
            parameters.append({"name": name, "in": "query", "required": field.is_required(), "schema": schema})
    return parameters


def _answer(one: Endpoint) -> dict[str, Any]:
    if one.answer is FileAnswer:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    if _is_model(one.answer):
        return _json(one.answer)
    item = one.answer.__args__[0] if hasattr(one.answer, "__args__") else None
    return {"application/json": {"schema": {"type": "array", "items": _ref(item)} if item else {}}}


def _request_body(one: Endpoint) -> dict[str, Any] | None:
    if one.body is not None:
        return {"required": True, "content": _json(one.body)}
    if one.raw:
        return {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    if one.multipart:
        files = {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}}
        schema = {"allOf": [files, _ref(one.form)]} if one.form else files
        return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    return None


def _sign_in_paths(role: str) -> dict[str, Any]:
    def operation(name: str, body: type[BaseModel] | None, access: str) -> dict[str, Any]:
        request = {"requestBody": {"required": True, "content": _json(body)}} if body else {}
        return {
            "operationId": f"{role}_{name}",
            "tags": [role],
            "x-access": access,
            "responses": {
                "200": {"description": "OK", "content": _json(Me)},
                "default": {"description": "Errors", "content": _json(ErrorBody)},
            },
            **request,
        }

    return {
        f"/api/{role}/sign-in": {"post": operation("sign_in", SignInRequest, "public")},
        f"/api/{role}/sign-out": {"post": operation("sign_out", None, "staff")},
        f"/api/{role}/me": {"get": operation("me", None, "staff")},
    }


def _socket_events() -> list[dict[str, Any]]:
    sent = [
        {
            "namespace": one.namespace,
            "event": one.name,
            "direction": "client-to-server",
            "access": str(one.access),
            "body": _ref(one.body),
            "answer": _ref(one.answer),
            "summary": one.summary,
        }
        for one in REGISTRY.events
    ]
    pushed = [
        {
            "namespace": one.namespace,
            "event": one.name,
            "direction": "server-to-client",
            "body": _ref(one.body),
            "summary": one.summary,
        }
        for one in REGISTRY.pushed
    ]
    return sorted(sent + pushed, key=lambda row: (row["namespace"], row["event"], row["direction"]))
