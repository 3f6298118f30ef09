"""Sealing a paper of 100 forms for five custodians, opening it with three, and giving it to other custodians."""

import os
import time
from dataclasses import replace
from pathlib import Path

from examserver.kernel.archive import read_archive
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from itembank.papers.ceremony import RESEAL, Call, rebuilt_keys, released_shares
from itembank.papers.manifest import Manifest, read_manifest
from itembank.papers.opening import join_form_key, make_release, open_form, open_release, read_release
from itembank.papers.resealing import reseal_paper
from itembank.papers.sealing import FormToSeal, SealedPaper, seal_paper
from tests.bench.registry import Row, bench
from tests.itembank.papers.build import HOUR, NOW, answer_key, custodian_of, facts, form_document

FORMS, ITEMS, FIGURE = 100, 100, 200_000
THRESHOLD, CUSTODIANS = 3, 5


def forms() -> list[FormToSeal]:
    """A hundred forms of a hundred items, each with figures of its own."""
    made = []
    for number in range(FORMS):
        form = f"frm_{number:03d}"
        content = form_document(form, f"F{number:03d}", ITEMS)
        content["assets"] = {"sha256:" + "0" * 64: {"media_type": "image/png", "data": "A" * FIGURE}}
        made.append(FormToSeal(form, f"F{number:03d}", number >= FORMS - 2, content, answer_key(form, ITEMS)))
    return made


@bench("sealing")
def measure_sealing(_folder: Path) -> list[Row]:
    """Seal, release by three custodians, open every form, re-seal for others."""
    bank, grading, hall = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
    people = [KeyPair.generate() for _ in range(CUSTODIANS)]
    custodians = [custodian_of(n, pair) for n, pair in enumerate(people)]
    signer, plain = Signer("bank", "省级题库", bank.signing), forms()
    clock = time.perf_counter()
    paper = seal_paper(facts(THRESHOLD), plain, custodians, grading.sealing.public_raw, signer, os.urandom)
    sealing = time.perf_counter() - clock
    manifest = read_manifest(paper.manifest)
    clock = time.perf_counter()
    chosen = [form.form for form in manifest.forms]
    files = [make_release(manifest, pair, hall.sealing.public_raw, "sit_1", chosen, "d", NOW) for pair in people[:3]]
    releasing = (time.perf_counter() - clock) / 3
    clock = time.perf_counter()
    opened = open_all(paper, manifest, files, hall)
    opening = time.perf_counter() - clock
    clock = time.perf_counter()
    reseal(paper, manifest, people, signer)
    figures = {
        "seal_s": sealing,
        "release_s": releasing,
        "open_s": opening,
        "reseal_s": time.perf_counter() - clock,
        "forms_opened": opened,
        "package_mb": len(paper.package) / 1e6,
    }
    return [Row("sealing", f"{FORMS} forms of {ITEMS}, {THRESHOLD} of {CUSTODIANS}", figures)]


def open_all(paper: SealedPaper, manifest: Manifest, files: list[bytes], hall: KeyPair) -> int:
    """Open every form as a hall does; the number of forms."""
    entries = read_archive(paper.package)
    shares = [open_release(read_release(file), manifest, hall.sealing, "sit_1") for file in files]
    for form in manifest.forms:
        key = join_form_key(manifest, [one[form.form] for one in shares])
        open_form(manifest, form.form, entries[form.entry], key)
    return len(manifest.forms)


def reseal(paper: SealedPaper, manifest: Manifest, people: list[KeyPair], signer: Signer) -> None:
    """Three custodians answer a call, the paper gets five other holders."""
    key, new = KeyPair.generate(), [KeyPair.generate() for _ in range(CUSTODIANS)]
    holders = tuple(replace(custodian_of(n, pair), custodian=f"new_{n}") for n, pair in enumerate(new))
    call = Call(
        "cer_1", RESEAL, manifest.paper, manifest.digest, tuple(form.form for form in manifest.forms),
        key.sealing.public_raw, NOW, NOW + HOUR, NOW, "保管人调离", "a", "b", holders, THRESHOLD, 0, "",
    )  # fmt: skip
    files = [
        make_release(manifest, pair, key.sealing.public_raw, "cer_1", call.forms, "d", NOW)
        for pair in people[:THRESHOLD]
    ]
    shares, releases = released_shares(call, manifest, files, key.sealing)
    keys = rebuilt_keys(call, manifest, shares)
    reseal_paper(paper.package, call, keys, [one.custodian for one in releases], signer, NOW)
