"""The worked example of the formats, first half: keys, trust list, paper package, key package, releases, order.

Made from `examserver/docs/formats.md` alone (it stands on `tests/verify/primitives.py`), with fixed "random" bytes, so
that it can be repeated byte for byte.
"""

from typing import Any

from tests.verify.primitives import (
    archive,
    b64,
    digest,
    encode,
    hpke_seal,
    key_id,
    plain_json,
    seal,
    sealing_public,
    sha256,
    share_half,
    signed_file,
    signing_public,
)

Json = dict[str, Any]
SUITE, HPKE_SUITE = "aes-256-gcm", "hpke-x25519-hkdf-sha256-aes-256-gcm"
PAPER, SITTING = "ppr_01jdexamp1e000000000000001", "sit_01jdexamp1e000000000000002"
START_MS = 1796086800000
PEOPLE = ["bank", "authority", "hall", "custodian-1", "custodian-2", "custodian-3", "chief", "supervisor"]
CUSTODIANS = [("cus_01jdexamp1e000000000000011", "周保管", "custodian-1"),
              ("cus_01jdexamp1e000000000000012", "吴保管", "custodian-2"),
              ("cus_01jdexamp1e000000000000013", "郑保管", "custodian-3")]  # fmt: skip
FORMS = [("frm_01jdexamp1e000000000000021", "A", False), ("frm_01jdexamp1e000000000000022", "R", True)]
BANK, AUTHORITY, HALL = "省级题库", "省人力资源和社会保障厅", "示范考点一号机房"


def fixed(label: str, size: int = 32) -> bytes:
    """The example's stand-in for random bytes."""
    return sha256(f"exam example {label}".encode())[:size]


def signing(person: str) -> bytes:
    """A person's Ed25519 private key."""
    return fixed(f"signing key of {person}")


def sealing(person: str) -> bytes:
    """A person's X25519 private key."""
    return fixed(f"sealing key of {person}")


def trust_list() -> bytes:
    """trust.json of the example."""
    roles = [
        ("bank", BANK, "bank"), ("authority", AUTHORITY, "authority"), ("certification", AUTHORITY, "authority"),
        ("hall", HALL, "hall"), ("chief_invigilator", "钱主考", "chief"),
        ("quality_supervisor", "孙督导", "supervisor"),
    ]  # fmt: skip
    rows = [
        {"role": role, "name": name, "key": key_id("ed25519", signing_public(signing(person))),
         "public_key": b64(signing_public(signing(person)))}
        for role, name, person in roles
    ]  # fmt: skip
    return plain_json({"type": "exam.trust", "version": 1, "keys": rows})


def text(words: str) -> list[Json]:
    """One block of text."""
    return [{"kind": "text", "text": words}]


def form_document(form: str, name: str) -> Json:
    """A form of three items: single response, true or false, multiple response."""
    items = [
        ("i001", "DG4-0001", "single_response", "三相异步电动机的旋转方向取决于( )。",
         [("A", "电源的相序"), ("B", "电源的频率"), ("C", "定子绕组的匝数"), ("D", "电源电压的高低")]),
        ("i002", "DG4-0301", "true_false", "验电前应先在有电设备上试验验电器。", [("true", "正确"), ("false", "错误")]),
        ("i081", "DG4-0401", "multiple_response", "停电作业的技术措施包括( )。",
         [("A", "停电"), ("B", "口头通知"), ("C", "验电"), ("D", "装设接地线")]),
    ]  # fmt: skip
    sections = [
        {"id": f"S{n}", "title": title, "items": [
            {"id": place, "code": code, "version": 1, "type": kind, "points": "1", "stem": text(stem),
             "options": [{"id": one, "content": text(words)} for one, words in options]}
            for place, code, kind, stem, options in items if kind == wanted]}
        for n, (wanted, title) in enumerate(
            [("single_response", "单项选择题"), ("true_false", "判断题"), ("multiple_response", "多项选择题")], 1)
    ]  # fmt: skip
    return {"form": form, "name": name, "title": "电工(四级)理论知识试卷", "duration_s": 5400,
            "salt": b64(fixed(f"salt of {form}")), "sections": sections, "assets": {}}  # fmt: skip


KEYED = {"i001": ("DG4-0001", "single_response", ["A"]), "i002": ("DG4-0301", "true_false", ["true"]),
         "i081": ("DG4-0401", "multiple_response", ["A", "C", "D"])}  # fmt: skip


def answer_key(form: str) -> Json:
    """The key of such a form."""
    return {"form": form, "items": {
        item: {"code": code, "version": 1, "type": kind, "key": key, "points": "1", "rule": "all_or_nothing"}
        for item, (code, kind, key) in KEYED.items()}}  # fmt: skip


def shares_of(form: str) -> list[tuple[int, bytes]]:
    """Three shares of the form's key, any two of which rebuild it: one coefficient for each half."""
    key = fixed(f"key of {form}")
    low, high = (int.from_bytes(fixed(f"coefficient {half} of {form}", 16), "big") for half in ("low", "high"))
    return [(n, share_half(key[:16], [low], n) + share_half(key[16:], [high], n)) for n in (1, 2, 3)]


def share_text(form: str, share: tuple[int, bytes]) -> bytes:
    """A share as it is sealed."""
    return plain_json({"form": form, "index": share[0], "value": b64(share[1])})


def slot(form: str, custodian: tuple[str, str, str], share: tuple[int, bytes]) -> Json:
    """One custodian's slot of one form."""
    info = encode({"paper": PAPER, "form": form, "custodian": custodian[0]}, "exam.share-info")
    ephemeral = fixed(f"ephemeral {form} {custodian[0]}")
    sealed = hpke_seal(sealing_public(sealing(custodian[2])), share_text(form, share), info, ephemeral)
    return {"custodian": custodian[0], "share": b64(sealed), "share_digest": digest(share_text(form, share))}


def sealed_form(form: str, name: str, reserve: bool) -> tuple[Json, bytes]:
    """A form's line in the manifest, and its ciphertext."""
    document = form_document(form, name)
    aad = encode({"paper": PAPER, "form": form, "scope": {"plan": None}, "suite": SUITE}, "exam.form-aad")
    sealed = seal(fixed(f"key of {form}"), plain_json(document), aad, fixed(f"nonce of {form}", 12))
    versions = [
        {"item": item["id"], "code": item["code"], "version": item["version"]}
        for section in document["sections"] for item in section["items"]
    ]  # fmt: skip
    slots = [slot(form, one, share) for one, share in zip(CUSTODIANS, shares_of(form), strict=True)]
    return {"form": form, "name": name, "reserve": reserve, "items": 3, "cipher_digest": digest(sealed),
            "cipher_size": len(sealed), "plain_digest": digest(plain_json(document)),
            "item_versions_digest": digest(encode(versions, "exam.item-versions")), "slots": slots}, sealed  # fmt: skip


def manifest() -> bytes:
    """manifest.json."""
    body = {
        "paper": PAPER, "title": "电工四级 2026 年第 12 批", "occupation_code": "6-31-01-03", "level": 4,
        "standard": "电工国家职业技能标准(2018 年版)", "bank": {"name": BANK, "provenance": "enrolled"},
        "suite": SUITE, "hpke_suite": HPKE_SUITE, "scope": {"plan": None},
        "not_before_ms": START_MS - 3600_000, "expires_ms": START_MS + 86_400_000, "created_ms": START_MS - 259_200_000,
        "blueprint_digest": digest(b"the blueprint"), "specification_digest": digest(b"the content specification"),
        "threshold": 2,
        "custodians": [
            {"custodian": one, "name": name, "signing_key": b64(signing_public(signing(person))),
             "sealing_key": b64(sealing_public(sealing(person)))} for one, name, person in CUSTODIANS],
        "forms": [sealed_form(*form)[0] for form in FORMS],
    }  # fmt: skip
    return signed_file(body, "exam.paper-manifest", [("bank", BANK, signing("bank"))])


def package() -> bytes:
    """The paper package."""
    forms = [(f"forms/{form[0]}.bin", sealed_form(*form)[1]) for form in FORMS]
    return archive([("manifest.json", manifest()), *forms])


def key_package() -> bytes:
    """The answer keys, sealed to the authority."""
    plain = plain_json({"salt": b64(fixed("salt of keys")), "forms": [answer_key(form[0]) for form in FORMS]})
    context = encode({"paper": PAPER, "manifest_digest": digest(manifest())}, "exam.keys-aad")
    key, receiver = fixed("key of keys"), sealing_public(sealing("authority"))
    body = {
        "paper": PAPER, "manifest_digest": digest(manifest()), "suite": SUITE, "hpke_suite": HPKE_SUITE,
        "wrapped_key": b64(hpke_seal(receiver, key, context, fixed("ephemeral of keys"))),
        "ciphertext": b64(seal(key, plain, context, fixed("nonce of keys", 12))),
        "plain_digest": digest(plain), "grading_key": key_id("x25519", receiver),
    }  # fmt: skip
    return signed_file(body, "exam.key-package", [("bank", BANK, signing("bank"))])


def release(number: int) -> bytes:
    """The release of one custodian (0, 1 or 2) for the example's hall and sitting: the regular form only."""
    custodian, name, person = CUSTODIANS[number]
    form, hall = FORMS[0][0], sealing_public(sealing("hall"))
    info = encode(
        {"paper": PAPER, "form": form, "hall": key_id("x25519", hall), "sitting": SITTING}, "exam.release-info"
    )
    plain = share_text(form, shares_of(form)[number])
    sealed = hpke_seal(hall, plain, info, fixed(f"ephemeral of release {number}"))
    body = {
        "paper": PAPER, "manifest_digest": digest(manifest()), "hall": key_id("x25519", hall), "sitting": SITTING,
        "forms": [{"form": form, "share": b64(sealed)}], "custodian": custodian, "device": f"保管人令牌 {number + 1}",
        "made_ms": START_MS - 1_500_000 + number * 60_000,
    }  # fmt: skip
    return signed_file(body, "exam.key-release", [("custodian", name, signing(person))])
