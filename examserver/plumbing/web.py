"""The HTTP edge: serves what the contract declares, plus sign-in, the built pages and /metrics.

Every answer carries a strict content-security policy; every unsafe call made with a cookie needs the session's
CSRF value; errors have one shape; the text of unknown exceptions never leaves the server.
"""

import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from flask import Flask, Request, Response, g, request, send_file
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from examserver.kernel.access import PUBLIC_ACTOR, Actor, check_access
from examserver.kernel.errors import Denied, ExamError, Invalid, NotSignedIn
from examserver.plumbing import identity
from examserver.plumbing.contract import REGISTRY, Endpoint, FileAnswer, Files, Upload
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.telemetry import METRICS
from examserver.plumbing.work import Work, open_work

logger = logging.getLogger("exam.web")
SAFE = ("GET", "HEAD", "OPTIONS")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class BadRequest(Invalid):
    """The request's body, query or form does not fit its declaration."""

    code = "request.invalid"
    message_zh = "请求内容不符合要求：{place} {reason}"
    message_en = "The request is not acceptable: {place} {reason}"


class TooLarge(Invalid):
    """More bytes than this endpoint takes."""

    code = "request.too_large"
    http_status = 413
    message_zh = "内容过大，最多 {max_bytes} 字节"
    message_en = "Too large: at most {max_bytes} bytes"


class ForgedRequest(Denied):
    """A cookie without the session's CSRF value."""

    code = "request.csrf"
    message_zh = "页面已过期，请刷新后重试"
    message_en = "The page has expired; reload it and try again"
    next_zh = "刷新页面"
    next_en = "Reload the page"


def cookie_name(role: str) -> str:
    """The session cookie of a role."""
    return f"exam_{role}"


def language(asked: Request) -> str:
    """`en` when the client prefers English, else `zh`."""
    best = asked.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh")
    return "en" if best == "en" else "zh"


def build_web(runtimes: Mapping[str, RoleRuntime], dist: Path) -> Flask:
    """The Flask application for these roles."""
    app = Flask("exam", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max(one.settings.web.max_upload_bytes for one in runtimes.values())
    for declared in REGISTRY.endpoints:
        if declared.role in runtimes:
            _add(app, declared, runtimes[declared.role])
    for role, runtime in runtimes.items():
        _add_sign_in(app, role, runtime)
    app.add_url_rule("/metrics", "metrics", lambda: Response(METRICS.render(), mimetype="text/plain"))
    add_pages(app, dist)
    app.before_request(_before)
    app.after_request(_headers)
    app.register_error_handler(Exception, _failed)
    return app


def _add(app: Flask, declared: Endpoint, runtime: RoleRuntime) -> None:
    rule = declared.path.replace("{", "<").replace("}", ">")
    app.add_url_rule(rule, declared.operation_id, _view(declared, runtime), methods=[declared.method])


def _view(declared: Endpoint, runtime: RoleRuntime) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        _check_size(declared, runtime)
        actor, csrf = _actor(runtime)
        if csrf and request.method not in SAFE and request.headers.get("X-Exam-Csrf") != csrf:
            raise ForgedRequest()
        check_access(actor, declared.access)
        arguments = _arguments(declared) | path
        with METRICS.timed("exam_request_seconds", endpoint=declared.operation_id):
            if declared.hot:
                return _answer(declared.handler(runtime, actor, **arguments))
            with open_work(runtime, actor, declared.write, g.request_id) as work:
                work.purpose = _purpose()
                answer = declared.handler(work, **arguments)
        return _answer(answer)

    return view


def _purpose() -> str:
    """Why the person says they read, percent-encoded in a header or plain in the query; at most 200 characters."""
    told = unquote(request.headers.get("X-Exam-Purpose", "")) or request.args.get("purpose", "")
    return " ".join(told.split())[:200]


def _check_size(declared: Endpoint, runtime: RoleRuntime) -> None:
    web = runtime.settings.web
    limit = declared.max_bytes or (web.max_upload_bytes if declared.multipart or declared.raw else web.max_json_bytes)
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise TooLarge(max_bytes=limit)


def _actor(runtime: RoleRuntime) -> tuple[Actor, str]:
    """Who is calling, and the CSRF value to demand (empty for machines and the public)."""
    bearer = request.headers.get("Authorization", "")
    cookie = request.cookies.get(cookie_name(runtime.role), "")
    if not bearer.startswith("Bearer ") and not cookie:
        return _public(), ""
    with runtime.database.transaction(write=False) as session:
        if bearer.startswith("Bearer "):
            return identity.actor_of_token(runtime, session, bearer.removeprefix("Bearer ")) or _public(), ""
        return identity.staff_of_cookie(runtime, session, cookie) or (_public(), "")


def _public() -> Actor:
    """Somebody who is not signed in, at the address they call from."""
    return replace(PUBLIC_ACTOR, device=request.remote_addr or "?")


def _arguments(declared: Endpoint) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if declared.body is not None:
        arguments["body"] = _validated(declared.body, _json_body())
    if declared.query is not None:
        arguments["query"] = _validated(declared.query, request.args.to_dict(), loose=True)
    if declared.form is not None:
        arguments["form"] = _validated(declared.form, request.form.to_dict(), loose=True)
    if declared.multipart:
        arguments["files"] = _files()
    if declared.raw:
        arguments["raw"] = request.get_data(cache=False)
    return arguments


def _json_body() -> Any:
    try:
        return json.loads(request.get_data(cache=False) or b"{}")
    except (ValueError, RecursionError):
        raise BadRequest(place="body", reason="is not JSON") from None


def _files() -> Files:
    return {
        field: Upload(one.filename or field, one.mimetype, one.stream.read()) for field, one in request.files.items()
    }


def _validated(model: type[BaseModel], value: Any, loose: bool = False) -> BaseModel:
    try:
        return model.model_validate(value, strict=False if loose else None)
    except ValidationError as error:
        raise bad_request(error) from None


def bad_request(error: ValidationError) -> BadRequest:
    """A pydantic refusal in our shape: the first fault in words, all of them as fields."""
    faults = [{"place": ".".join(map(str, one["loc"])) or "body", "reason": one["msg"]} for one in error.errors()[:50]]
    return BadRequest(**faults[0], faults=faults)


def _answer(answer: Any) -> Response:
    if isinstance(answer, FileAnswer):
        return _file(answer)
    text = answer.model_dump_json() if isinstance(answer, BaseModel) else json.dumps(answer, ensure_ascii=False)
    response = Response(text, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _file(answer: FileAnswer) -> Response:
    if isinstance(answer.content, Path):
        response = send_file(
            answer.content.resolve(),
            mimetype=answer.media_type,
            as_attachment=bool(answer.name),
            download_name=answer.name or None,
            conditional=True,
        )
    else:
        response = Response(answer.content, mimetype=answer.media_type)
        if answer.name:
            response.headers["Content-Disposition"] = _attachment(answer.name)
    lasting = "private, max-age=31536000, immutable"
    response.headers["Cache-Control"] = lasting if answer.immutable else "no-store"
    return response


def _attachment(name: str) -> str:
    """The header that names a downloaded file in any script: headers themselves carry Latin-1 only (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_") or "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _before() -> None:
    g.request_id = secrets.token_hex(8)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Permissions-Policy"] = "camera=(self), display-capture=(self), microphone=(), geolocation=()"
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _failed(error: Exception) -> Response:
    if isinstance(error, ExamError):
        shown = error
    elif isinstance(error, HTTPException):
        return _http_error(error)
    else:
        logger.error("unexpected", exc_info=error, extra={"facts": {"request_id": g.get("request_id", "")}})
        shown = ExamError()
    METRICS.count("exam_errors_total", code=shown.code)
    response = Response(
        json.dumps(shown.as_json(language(request), g.get("request_id", "")), ensure_ascii=False, default=str),
        status=shown.http_status,
        mimetype="application/json",
    )
    if "retry_after_s" in shown.fields:
        response.headers["Retry-After"] = str(shown.fields["retry_after_s"])
    return response


def _http_error(error: HTTPException) -> Response:
    body = {
        "code": f"http.{error.code}",
        "message": error.name,
        "next": "",
        "fields": {},
        "request_id": g.get("request_id", ""),
    }
    return Response(json.dumps(body), status=error.code or 500, mimetype="application/json")


def _add_sign_in(app: Flask, role: str, runtime: RoleRuntime) -> None:
    def sign_in() -> Response:
        _limit_small()
        asked = _json_body()
        if not isinstance(asked, dict) or not all(isinstance(asked.get(key), str) for key in ("login", "password")):
            raise BadRequest(place="body", reason="needs login and password")
        device = f"{request.remote_addr or '?'} {request.user_agent.string}"[:200]
        token, lifetime_s = identity.sign_in(runtime, asked["login"], asked["password"], device)
        response = _me(runtime, token)
        response.set_cookie(
            cookie_name(role), token, max_age=lifetime_s, secure=True, httponly=True, samesite="Strict", path="/"
        )
        return response

    def me() -> Response:
        return _me(runtime, request.cookies.get(cookie_name(role), ""))

    def sign_out() -> Response:
        actor, csrf = _actor(runtime)
        if actor.kind == "staff":
            if request.headers.get("X-Exam-Csrf") != csrf:
                raise ForgedRequest()
            with open_work(runtime, actor, request_id=g.request_id) as work:
                identity.sign_out(work, request.cookies[cookie_name(role)])
        response = _answer({})
        response.delete_cookie(cookie_name(role), path="/", secure=True, httponly=True, samesite="Strict")
        return response

    app.add_url_rule(f"/api/{role}/sign-in", f"{role}_sign_in", sign_in, methods=["POST"])
    app.add_url_rule(f"/api/{role}/sign-out", f"{role}_sign_out", sign_out, methods=["POST"])
    app.add_url_rule(f"/api/{role}/me", f"{role}_me", me, methods=["GET"])


def _limit_small() -> None:
    request.max_content_length = 16_384


def _me(runtime: RoleRuntime, token: str) -> Response:
    with open_work(runtime, PUBLIC_ACTOR, write=False) as work:
        found = identity.staff_of_cookie(runtime, work.session, token) if token else None
        if found is None:
            raise NotSignedIn()
        actor, csrf = found
        return _answer(_me_body(work, actor, csrf))


def _me_body(work: Work, actor: Actor, csrf: str) -> dict[str, Any]:
    return {
        "account_id": actor.id,
        "name": actor.name,
        "role": work.role,
        "permissions": sorted(actor.permissions),
        "scope": actor.scope,
        "csrf": csrf,
        "server_ms": work.now_ms,
    }


def add_pages(app: Flask, dist: Path) -> None:
    """The built client: one HTML page per audience and its immutable assets."""

    def page(name: str) -> Response:
        file = dist / f"{name}.html"
        if not file.is_file():
            return Response("The web client is not built yet: run `make setup`.", 503, mimetype="text/plain")
        response = send_file(file.resolve(), mimetype="text/html", max_age=0)
        response.headers["Cache-Control"] = "no-cache"
        return response

    def asset(name: str) -> Response:
        file = (dist / "assets" / name).resolve()
        if (dist / "assets").resolve() not in file.parents or not file.is_file():
            return Response("", 404)
        response = send_file(file, conditional=True)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def favicon() -> Response:
        file = dist / "favicon.svg"
        return send_file(file.resolve(), mimetype="image/svg+xml") if file.is_file() else Response("", 404)

    for path, name in PAGES.items():
        app.add_url_rule(path, f"page_{name}", lambda name=name: page(name))
    app.add_url_rule("/assets/<path:name>", "asset", asset)
    app.add_url_rule("/favicon.svg", "favicon", favicon)


PAGES = {
    "/": "index",
    "/seat": "seat",
    "/console": "console",
    "/desk": "desk",
    "/authority": "authority",
    "/verify": "verify",
    "/custodian": "custodian",
    "/released": "released",
}
