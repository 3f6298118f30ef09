"""The HTTP edge: sign-in, CSRF, permissions, sizes, one error shape, headers, pages, and the contract's documents."""

import stat
import threading
from pathlib import Path

import pytest

from examserver.kernel.access import Permit
from examserver.plumbing.audit_store import read_events
from examserver.plumbing.contract import REGISTRY, BadDeclaration, NoContent, endpoint
from examserver.plumbing.openapi import document
from examserver.plumbing.work import Work
from tests.kit import BASE, PASSWORD, make_world


def test_who_is_not_signed_in_or_not_permitted_is_told_so(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    body = {"role": "hall", "name": "h", "signing_key": "A" * 43}
    assert world.public().post("/api/bank/trusted-keys", body).status_code == 401
    author = world.signed_in("bank", "author", "item_author")
    answer = author.post("/api/bank/trusted-keys", body)
    assert answer.status_code == 403 and answer.json and answer.json["code"] == "denied.permission"
    assert set(answer.json) == {"code", "message", "next", "fields", "request_id"}
    admin = world.signed_in("bank", "admin", "bank_admin")
    assert admin.post("/api/bank/trusted-keys", body).status_code == 200


def test_a_cookie_without_its_csrf_value_changes_nothing(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    admin = world.signed_in("bank", "admin", "bank_admin")
    admin.headers.clear()
    answer = admin.post("/api/bank/trusted-keys", {"role": "hall", "name": "h", "signing_key": "A" * 43})
    assert answer.status_code == 403 and answer.json and answer.json["code"] == "request.csrf"
    keys = admin.get("/api/bank/keys").json
    assert keys and keys["trusted"] == []


def test_the_session_ends_with_sign_out_and_its_cookie_is_locked_down(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    admin = world.signed_in("bank", "admin", "bank_admin")
    cookie = admin.client.get_cookie("exam_bank", domain="localhost")
    assert cookie and cookie.secure and cookie.http_only and cookie.same_site == "Strict"
    assert admin.get("/api/bank/me").status_code == 200
    assert admin.post("/api/bank/sign-out").status_code == 200
    admin.client.set_cookie("exam_bank", cookie.value, domain="localhost", secure=True)
    assert admin.get("/api/bank/me").status_code == 401


def test_guessing_is_slowed_by_login_and_others_are_not_locked_out(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.signed_in("hall", "chief", "chief_invigilator")
    public = world.public()
    codes = [public.post("/api/hall/sign-in", {"login": "victim", "password": "x"}).status_code for _ in range(10)]
    assert codes[:8] == [401] * 8 and codes[8:] == [503] * 2
    world.signed_in("hall", "second", "invigilator")


def test_a_person_at_another_machine_is_not_locked_out_by_guessing(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.signed_in("hall", "chief", "chief_invigilator")
    body, codes = {"login": "chief", "password": "x"}, []
    guesser = world.public().client
    for _ in range(12):
        codes.append(guesser.post("/api/hall/sign-in", base_url=BASE, json=body).status_code)
    assert codes[-1] == 503
    right = body | {"password": PASSWORD}
    there = guesser.post("/api/hall/sign-in", base_url=BASE, json=right, environ_overrides={"REMOTE_ADDR": "127.0.0.9"})
    assert there.status_code == 200


def test_guesses_made_all_at_once_are_slowed_too(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.signed_in("hall", "chief", "chief_invigilator")
    codes: list[int] = []

    def guess() -> None:
        answer = world.public().post("/api/hall/sign-in", {"login": "chief", "password": "x"})
        codes.append(answer.status_code)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert codes.count(401) <= 8 and codes.count(503) >= 12, codes


def test_signing_in_often_with_the_right_password_locks_nobody_out(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.signed_in("hall", "chief", "chief_invigilator")
    body = {"login": "chief", "password": PASSWORD}
    assert {world.public().post("/api/hall/sign-in", body).status_code for _ in range(10)} == {200}


def test_a_trusted_key_is_never_replaced_silently(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    admin = world.signed_in("bank", "admin", "bank_admin")
    for sealing in ("A" * 43, "B" * 42 + "A"):
        body = {"role": "authority", "name": "人社厅", "signing_key": "A" * 43, "sealing_key": sealing}
        assert admin.post("/api/bank/trusted-keys", body).status_code == 200
    with world.runtimes["bank"].database.transaction(write=False) as session:
        first, second = (one.facts for one in read_events(session, "bank") if one.action == "keys.trusted")
    assert first["replaced"] is None and second["replaced"] == {"name": "人社厅", "sealing": first["sealing"]}
    assert second["sealing"] not in (None, first["sealing"])


def test_keys_and_data_are_for_their_owner_only(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    folder = world.runtimes["hall"].files
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("role.passphrase", "role.key.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_malformed_and_oversized_requests_get_one_error_shape(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    admin = world.signed_in("bank", "admin", "bank_admin")
    for data in (b"{", b"[1,2]", b'{"role": 5}', b"[" * 50_000):
        answer = admin.post("/api/bank/trusted-keys", data=data)
        assert answer.status_code == 422 and answer.json and answer.json["code"] == "request.invalid"
    assert admin.post("/api/bank/trusted-keys", data=b"x" * 2_000_000).status_code == 413
    nowhere = admin.get("/api/nowhere").json
    assert nowhere and nowhere["code"] == "http.404" and set(nowhere) >= {"message", "next", "request_id"}


def test_english_is_answered_in_english(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    answer = world.public().client.get("/api/bank/me", base_url=BASE, headers={"Accept-Language": "en-GB"})
    assert answer.json and answer.json["message"] == "Not signed in, or the sign-in has ended"


def test_every_answer_carries_the_policy_headers(tmp_path: Path) -> None:
    answer = make_world(tmp_path).public().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_assets_stay_inside_their_folder(tmp_path: Path) -> None:
    public = make_world(tmp_path).public()
    for path in ("/assets/../index.html", "/assets/..%2f..%2fpackage.json", "/assets/none.js"):
        assert public.get(path).status_code in (404, 308)


def test_a_declaration_without_an_access_rule_does_not_start() -> None:
    def handler(work: Work, surprise: str) -> NoContent:
        return NoContent()

    with pytest.raises(BadDeclaration):
        endpoint("GET", "/x", role="bank", access="anybody", answer=NoContent)(handler)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(BadDeclaration):
        endpoint("GET", "/x", role="bank", access=Permit("x"), answer=NoContent)(handler)


def test_the_document_names_every_endpoint_with_its_access_rule(tmp_path: Path) -> None:
    make_world(tmp_path)
    paths = document()["paths"]
    for one in REGISTRY.endpoints:
        operation = paths[one.path][one.method.lower()]
        assert operation["x-access"] == str(one.access) and operation["operationId"] == one.operation_id
    names = [one.operation_id for one in REGISTRY.endpoints]
    assert len(names) == len(set(names))
