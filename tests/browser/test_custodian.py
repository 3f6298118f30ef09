"""A custodian's page in a real Chromium: keys made there, shares seen there, a release the hall itself accepts."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect

from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair, read_key_file, read_public_part, write_key_file
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import Trust, TrustedKey
from itembank.papers.ceremony import RESEAL, Call, released_shares, sign_call
from itembank.papers.fingerprint import fingerprint_words
from itembank.papers.manifest import Custodian, read_manifest
from itembank.papers.opening import read_release
from itembank.papers.possession import Challenge, check_possession, read_possession, sign_challenge
from tests.browser.room import Room
from tests.browser.staff import Desk, open_desk, upload
from tests.examserver.hall.rig import SITTING

PHRASE = "一个足够长的口令，别人不知道"


def saved(page: Page, button: str) -> bytes:
    """The file a button hands out."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(str(download.value.path())).read_bytes()


def trust_of(room: Room) -> bytes:
    keys = (("bank", "样例题库", room.rig.bank), ("authority", "样例主管部门", room.rig.authority))
    return Trust(tuple(TrustedKey(role, name, pair.signing.public_raw) for role, name, pair in keys)).as_file()


def test_a_custodian_makes_a_key_sees_the_shares_proves_and_releases_to_the_hall(room: Room) -> None:
    desk = open_desk(room.playwright, room.stage, room.stage.data / "custodian")
    try:
        make_a_key(desk)
        release_to_the_hall(desk, room)
        assert desk.faults == []
    finally:
        desk.close()


def make_a_key(desk: Desk) -> None:
    """The private half is only in the file the person keeps, and only the passphrase opens it."""
    page = desk.page("/custodian")
    page.get_by_label("第一次：生成自己的密钥").check()
    page.locator("[name=custodian]").fill("周保管")
    page.locator("[name=passphrase]").fill(PHRASE)
    page.locator("[name=again]").fill(PHRASE)
    file = saved(page, "生成密钥并保存文件")
    pair, public = read_key_file(file, PHRASE), read_public_part(file)
    assert (public["name"], public["signing_key"]) == ("周保管", b64u(pair.signing.public_raw))
    words = fingerprint_words(pair.signing.public_raw, pair.sealing.public_raw)
    expect(page.get_by_test_id("fingerprint")).to_have_text(words)
    card = json.loads(saved(page, "保存公开卡片"))
    assert set(card) == {"name", "signing_key", "sealing_key"}
    page.close()


def release_to_the_hall(desk: Desk, room: Room) -> None:
    """Two custodians release, one of them through the page; the hall opens the paper and starts."""
    manifest, own = read_manifest(room.rig.paper.manifest), room.rig.custodians[0]
    page = desk.page("/custodian")
    upload(page, "k.key.json", write_key_file(own, "保管人0", PHRASE))
    page.locator("[name=passphrase]").fill("这是一个错误的口令，打不开")
    page.get_by_role("button", name="打开密钥").click()
    expect(page.get_by_role("alert")).to_contain_text("口令不正确")
    page.locator("[name=passphrase]").fill(PHRASE)
    page.get_by_role("button", name="打开密钥").click()
    page.get_by_role("button", name="下一步").click()
    upload(page, "p.paper.zip", room.rig.paper.package)
    upload(page, "trust.json", trust_of(room), at=1)
    page.get_by_role("button", name="核对并查看").click()
    expect(page.get_by_test_id("held")).to_contain_text("4 项检查全部通过")
    expect(page.get_by_test_id("held")).to_contain_text("3 人中任意 2 人")

    now = int(time.time() * 1000)
    asked = Challenge(manifest.paper, manifest.digest, "cus_0", os.urandom(32), now, now + 3_600_000)
    page.get_by_role("button", name="证明仍在保管").click()
    upload(page, "c.json", sign_challenge(asked, Signer("bank", "样例题库", room.rig.bank.signing)))
    page.locator("[name=device]").fill("周保管的笔记本")
    proof = read_possession(saved(page, "证明并保存文件"))
    check_possession(proof, manifest, [b64u(asked.nonce)])

    page.get_by_role("navigation").get_by_role("button", name="签发").click()
    upload(page, "o.order.json", room.rig.order)
    upload(page, "identity.json", json.dumps(room.people["chief"].get("/api/hall/identity")).encode(), at=1)
    expect(page.get_by_test_id("give")).to_contain_text("样例评价机构 一号机房")
    file = saved(page, "核对无误，签发")
    assert read_release(file).device == "周保管的笔记本"
    room.upload(f"/api/hall/sittings/{SITTING}/release", "first.json", file)
    room.upload(f"/api/hall/sittings/{SITTING}/release", "second.json", room.rig.release(1, "另一台", now))
    sitting = room.people["chief"].get(f"/api/hall/sittings/{SITTING}")
    assert sitting["release"]["released"], sitting["release"]
    answer_a_call(page, room)


def answer_a_call(page: Page, room: Room) -> None:
    """The same page gives shares to a ceremony of the bank, whose key alone opens them."""
    manifest, key, now = read_manifest(room.rig.paper.manifest), KeyPair.generate(), int(time.time() * 1000)
    new = tuple(
        Custodian(f"new_{n}", f"新保管人{n}", pair.signing.public_raw, pair.sealing.public_raw)
        for n, pair in enumerate((KeyPair.generate(), KeyPair.generate()))
    )
    call = Call(
        ceremony="cer_1", kind=RESEAL, paper=manifest.paper, manifest_digest=manifest.digest,
        forms=tuple(form.form for form in manifest.forms), sealing_key=key.sealing.public_raw, opens_ms=now - 1000,
        closes_ms=now + 3_600_000, made_ms=now, reason="保管人2 调离", asked_by="甲（a）", approved_by="乙（b）",
        custodians=new, threshold=2, copies=0, place="",
    )  # fmt: skip
    page.get_by_role("radio", name="应题库征召").check()
    upload(page, "c.call.json", sign_call(call, Signer("bank", "样例题库", room.rig.bank.signing)))
    expect(page.get_by_test_id("give")).to_contain_text("保管人2 调离")
    expect(page.get_by_test_id("give")).to_contain_text("新保管人0、新保管人1")
    shares, _ = released_shares(call, manifest, [saved(page, "核对无误，同意并交出份额")], key.sealing)
    assert [len(shares[form]) for form in call.forms] == [1] * len(manifest.forms)
    late = sign_call(replace(call, closes_ms=now - 1), Signer("bank", "样例题库", room.rig.bank.signing))
    upload(page, "late.call.json", late)
    expect(page.get_by_text("现在不能签发")).to_be_visible()
    expect(page.get_by_role("button", name="核对无误，同意并交出份额")).to_be_disabled()
