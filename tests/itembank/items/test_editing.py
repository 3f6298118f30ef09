"""Items written by hand: every type, its pictures and sounds, cases, enemies, standing; and what is refused."""

import io
import struct
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from PIL import Image

from itembank.items.content import ItemBody
from itembank.items.kinds import ITEM_TYPES
from tests.itembank.bank import Bank, open_bank, spec_csv, spec_rows
from tests.itembank.items.samples import CASE_ITEMS, PICTURE, SOUND, SOUND_ITEMS, with_rich_stem

POINT = "A-A-001"


def panel() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (600, 300), "white").save(stream, "PNG")
    return stream.getvalue()


def beep() -> bytes:
    data = bytes(800)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16,
                       b"data", len(data))  # fmt: skip
    return head + data


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    made = open_bank(tmp_path_factory.mktemp("items"))
    assert made.specify(spec_csv(spec_rows({"A": 100}, 3))).status_code == 200
    yield made


def upload(bank: Bank, data: bytes, name: str) -> Any:
    files = {"file": (io.BytesIO(data), name)}
    path = f"/api/bank/banks/{bank.id}/assets"
    return bank.author.post(path, data=files, content_type="multipart/form-data")


@pytest.fixture(scope="module")
def assets(bank: Bank) -> dict[str, str]:
    stored = {PICTURE: upload(bank, panel(), "面板.png"), SOUND: upload(bank, beep(), "提示音.wav")}
    assert [answer.status_code for answer in stored.values()] == [200, 200]
    return {sample: answer.json["digest"] for sample, answer in stored.items()}


def replaced(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: replaced(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


def request_of(body: ItemBody, assets: dict[str, str], **changes: Any) -> dict[str, Any]:
    content = body.content.as_json()
    request = {name: content[name] for name in ("code", "type", "stem", "options", "points")}
    request |= {"interaction": content.get("interaction", {}), "case": content.get("case")}
    request |= {"point": POINT, "key": list(body.key), "scoring": body.scoring, "difficulty": "0.7"}
    request |= {"importance": body.importance, "cognition": body.cognition, "source": body.source}
    request |= {"enemies": list(body.enemies), "owner": body.owner, "funding": body.funding}
    shown: dict[str, Any] = replaced(request, assets) | changes
    return shown


def create(bank: Bank, request: dict[str, Any]) -> Any:
    return bank.author.post(f"/api/bank/banks/{bank.id}/items", request)


def codes_of(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {fault["code"] for fault in answer.json["fields"]["faults"]}


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_an_item_of_every_type_is_written_by_hand_and_read_back_whole(
    bank: Bank, assets: dict[str, str], kind: str
) -> None:
    request = request_of(with_rich_stem(SOUND_ITEMS[kind]), assets, code=f"W-{kind}", enemies=[])
    made = create(bank, request)
    assert made.status_code == 200, made.text
    seen = bank.author.get(f"/api/bank/items/{made.json['id']}").json
    version = seen["versions"][0]
    assert (seen["state"], seen["version"], version["author"]) == ("draft", 1, "Author")
    for name in ("type", "stem", "options", "points"):
        assert version["content"][name] == request[name]
    assert version["content"].get("interaction", {}) == request["interaction"]
    assert (version["scoring"], version["key"]) == (request["scoring"], request["key"])
    assert version["owner"] == request["owner"] and version["words"] > 0


def test_what_the_door_takes_out_is_named_and_never_stored(bank: Bank, assets: dict[str, str]) -> None:
    dirty = [{"kind": "html", "html": '<p style="color:red" onclick="f()">H<sub>2</sub>O<script>f()</script></p>'}]
    request = request_of(SOUND_ITEMS["single_response"], assets, code="D-1", stem=dirty, enemies=[])
    checked = bank.author.post(f"/api/bank/banks/{bank.id}/items/check", request).json
    assert checked["removed"] == ["onclick", "script", "style"] and checked["flaws"] == []
    made = create(bank, request)
    assert made.json["removed"] == checked["removed"]
    assert made.json["versions"][0]["content"]["stem"] == [{"kind": "html", "html": "<p>H<sub>2</sub>O</p>"}]
    listed = bank.author.get(f"/api/bank/banks/{bank.id}/items", query_string={"search": "D-1"}).json["items"]
    assert [line["stem"] for line in listed] == ["H 2 O"]


def test_a_check_stores_nothing_and_names_every_fault_at_its_field(bank: Bank, assets: dict[str, str]) -> None:
    request = request_of(SOUND_ITEMS["hotspot"], assets, code="W-single_response", point="Z", points="0")
    request["interaction"] |= {"width": 500, "alt": ""}
    checked = bank.author.post(f"/api/bank/banks/{bank.id}/items/check", request)
    assert checked.status_code == 200, checked.text
    assert {(flaw["field"], flaw["code"]) for flaw in checked.json["flaws"]} == {
        ("code", "code.repeated"), ("points", "points.malformed"), ("point", "point.unknown"),
        ("picture", "picture.alt"), ("picture", "picture.differs"),
    }  # fmt: skip
    assert codes_of(create(bank, request)) == {flaw["code"] for flaw in checked.json["flaws"]}


def test_a_new_version_says_everything_again_and_an_unchanged_one_is_refused(
    bank: Bank, assets: dict[str, str]
) -> None:
    request = request_of(
        SOUND_ITEMS["numeric_entry"], assets, code="V-1", stem=[{"kind": "text", "text": "电压多少？"}]
    )
    item = create(bank, request).json
    path = f"/api/bank/items/{item['id']}/versions"
    body = {name: value for name, value in request.items() if name != "code"}
    assert bank.author.post(path, body).json["code"] == "item.unchanged"
    body["scoring"] = {"value": "12", "tolerance": {"kind": "absolute", "amount": "0.5"}, "unit": {"accept": ["A"]}}
    revised = bank.author.post(path, body)
    assert revised.status_code == 200, revised.text
    assert [version["scoring"]["value"] for version in revised.json["versions"]] == ["12", "10"]
    assert (revised.json["version"], revised.json["state"]) == (2, "draft")


def test_a_case_stays_one_case(bank: Bank, assets: dict[str, str]) -> None:
    first, second = (request_of(body, assets, enemies=[]) for body in CASE_ITEMS)
    made = create(bank, first)
    assert made.status_code == 200, made.text
    assert codes_of(create(bank, second | {"case": first["case"]})) == {"case.place_taken"}
    other = second["case"] | {"stimulus": [{"kind": "text", "text": "别的材料"}], "size": 3}
    assert codes_of(create(bank, second | {"case": other})) == {"case.size_differs", "case.stimulus_differs"}
    member = create(bank, second)
    assert member.status_code == 200, member.text
    assert [each["place"] for each in member.json["case_members"]] == [1, 2]
    path = f"/api/bank/items/{member.json['id']}/versions"
    body = {name: value for name, value in second.items() if name != "code"}
    new = second["case"] | {"stimulus": [{"kind": "text", "text": "改过的材料。"}]}
    assert codes_of(bank.author.post(path, body | {"case": new})) == {"case.stimulus_differs"}
    assert bank.author.post(path, body | {"case": new | {"for_all": True}}).status_code == 200
    seen = bank.author.get(f"/api/bank/items/{made.json['id']}").json
    assert (seen["version"], seen["state"]) == (2, "draft")
    assert seen["versions"][0]["content"]["case"] == new | {"place": 1}


def test_an_enemy_must_be_an_item_of_the_bank(bank: Bank, assets: dict[str, str]) -> None:
    stem = [{"kind": "text", "text": "哪种单位用于电荷量？"}]
    request = request_of(SOUND_ITEMS["single_response"], assets, code="E-1", stem=stem, enemies=["D-1", "nobody"])
    assert codes_of(create(bank, request)) == {"enemies.unknown"}
    made = create(bank, request | {"enemies": ["W-ordering"]})
    assert made.json["versions"][0]["enemies"] == ["W-ordering"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.png", b"<html><script>alert(1)</script>"),
        ("a.mp3", b"MZ\x90\x00 not a sound"),
        ("a.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
        ("a.png", panel()[:60]),
        ("a.wav", b"RIFF" + bytes(4) + b"WAVE" + bytes(17 * 2**20 - 1000)),
    ],
    ids=["svg", "html", "program", "gif", "truncated", "too large"],
)
def test_a_file_that_is_no_picture_and_no_sound_is_refused(bank: Bank, name: str, data: bytes) -> None:
    answer = upload(bank, data, name)
    assert (answer.status_code, answer.json["code"]) == (422, "item.asset_unusable"), answer.text


def test_a_sound_in_the_place_of_a_picture_is_a_fault(bank: Bank, assets: dict[str, str]) -> None:
    stem = [{"kind": "text", "text": "听后作答。"}, {"kind": "figure", "asset": assets[SOUND], "alt": "图"}]
    request = request_of(SOUND_ITEMS["single_response"], assets, code="S-1", stem=stem, enemies=[])
    assert codes_of(create(bank, request)) == {"figure.kind"}


def test_only_the_administrator_changes_the_standing_and_says_why(bank: Bank, assets: dict[str, str]) -> None:
    create(
        bank, request_of(SOUND_ITEMS["true_false"], assets, code="P-1", stem=[{"kind": "text", "text": "可带电作业。"}])
    )
    path = f"/api/bank/banks/{bank.id}/items/standing"
    asked = {"codes": ["P-1"], "standing": "reserved", "reason": "留作备用卷"}
    assert bank.author.post(path, asked).status_code == 403
    assert bank.admin.post(path, asked | {"codes": ["P-1", "none"]}).status_code == 404
    assert bank.admin.post(path, asked).json == {"changed": ["P-1"], "standing": "reserved"}
    assert bank.admin.post(path, asked).json["code"] == "item.standing_unchanged"
    found = bank.author.get(f"/api/bank/banks/{bank.id}/items", query_string={"standing": "reserved"}).json
    assert [line["code"] for line in found["items"]] == ["P-1"]


def test_the_same_words_with_another_formula_are_another_item(bank: Bank, assets: dict[str, str]) -> None:
    def stem(tag: str) -> list[dict[str, str]]:
        return [{"kind": "html", "html": f"<p>x<{tag}>2</{tag}> 表示什么？</p>"}]

    request = request_of(SOUND_ITEMS["single_response"], assets, enemies=[])
    assert create(bank, request | {"code": "F-1", "stem": stem("sub")}).status_code == 200
    assert create(bank, request | {"code": "F-2", "stem": stem("sup")}).status_code == 200
    assert codes_of(create(bank, request | {"code": "F-3", "stem": stem("sup")})) == {"stem.repeated"}


STRANGE = [
    None, True, -1, 1.5, 1e400, 10**30, "", "\ud800", "\x00", "<script>", "{{1}}{{2}}", [], {}, {"\ud800": 1},
    {"kind": "html", "html": 5}, {"kind": "html", "html": "<p>\ud800"}, "a" * 5000, [None], ["A"] * 9, "1e99", "٣", "²",
    {"x": {"x": [[[{"x": [[[[[[[[[[1]]]]]]]]]]}]]]}},
]  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in plain data."""
    for name in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*at, name)
        yield from places(value[name], (*at, name))


def test_whatever_is_submitted_is_answered_with_reasons(bank: Bank, assets: dict[str, str]) -> None:
    dice = Random(20240101)
    for number in range(150):
        body = with_rich_stem(SOUND_ITEMS[dice.choice(list(ITEM_TYPES))])
        request = deepcopy(request_of(body, assets, code=f"Z-{number}", enemies=[]))
        *way, last = dice.choice(list(places(request)))
        holder: Any = request
        for step in way:
            holder = holder[step]
        holder[last] = dice.choice(STRANGE)
        answer = bank.author.post(f"/api/bank/banks/{bank.id}/items/check", request)
        assert answer.status_code in (200, 422) and answer.json, (request, answer.text)


def test_a_malformed_submission_is_a_clear_refusal_not_a_crash(bank: Bank, assets: dict[str, str]) -> None:
    body = replace(SOUND_ITEMS["matching"], scoring={})
    request = request_of(body, assets, code="M-1")
    for interaction in (
        {"targets": 5},
        {"targets": [{"id": 1}]},
        {"targets": [{"id": "1", "content": [{"kind": "x"}]}]},
    ):
        assert "interaction.malformed" in codes_of(create(bank, request | {"interaction": interaction}))
    assert create(bank, request | {"scoring": {"rule": {"deep": [[[]]]}}}).status_code == 422
