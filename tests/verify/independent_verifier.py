"""A second verifier, written from `examserver/docs/formats.md` alone: it imports nothing of the product.

`python -m tests.verify.independent_verifier FILE --trust trust.json [--beside FILE…] [--key PRIVATE…]` prints one line
for the file and ends with status 1 where something is not as the formats say. Keys: raw X25519 private keys in b64u.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.verify import primitives as p

Json = dict[str, Any]


@dataclass
class Given:
    """What the verifier has besides the file: trusted keys, other files, private X25519 keys."""

    trust: list[dict[str, str]]
    beside: dict[str, bytes] = field(default_factory=dict)
    keys: list[bytes] = field(default_factory=list)

    def by_digest(self, wanted: str) -> bytes | None:
        """The file with this digest among those beside; a paper's manifest is found inside its package."""
        for data in self.beside.values():
            if data[:2] == b"PK":
                data = next(iter(p.entries_of(data).values()))
            if p.digest(data) == wanted:
                return data
        return None

    def open(self, sealed: bytes, info: bytes) -> bytes | None:
        """What one of the keys opens."""
        for key in self.keys:
            try:
                return p.hpke_open(key, sealed, info)
            except p.Fault:
                continue
        return None


def fields(value: Any, names: str, optional: str = "") -> Json:
    """The object, when it has exactly these members."""
    p.need(isinstance(value, dict), "an object is expected")
    missing, extra = set(names.split()) - set(value), set(value) - set(names.split()) - set(optional.split())
    p.need(not missing and not extra, f"members missing {sorted(missing)}, unknown {sorted(extra)}")
    found: Json = value
    return found


MANIFEST = (
    "paper title occupation_code level standard bank suite hpke_suite scope not_before_ms expires_ms created_ms "
    "blueprint_digest specification_digest threshold custodians forms"
)
FORM = "form name reserve items cipher_digest cipher_size plain_digest item_versions_digest slots"


def check_manifest(data: bytes, given: Given) -> Json:
    """Section 8, the manifest."""
    body = fields(p.read_signed(data, "exam.paper-manifest", given.trust, {"bank"}), MANIFEST, "reseal")
    for custodian in body["custodians"]:
        fields(custodian, "custodian name signing_key sealing_key")
    for name in ("custodian", "name", "signing_key", "sealing_key"):
        values = [one[name] for one in body["custodians"]]
        p.need(len(set(values)) == len(values), f"two custodians share a {name}")
    p.need(2 <= body["threshold"] <= len(body["custodians"]), "one person could open the paper")
    p.need(body["not_before_ms"] < body["expires_ms"], "dates out of order")
    ids = [one["form"] for one in body["forms"]]
    p.need(len(set(ids)) == len(ids) and not all(one["reserve"] for one in body["forms"]), "forms")
    for form in body["forms"]:
        fields(form, FORM, "key_digest")
        slots = [fields(slot, "custodian share share_digest", "proof_key") for slot in form["slots"]]
        holders = [slot["custodian"] for slot in slots]
        p.need(holders == [one["custodian"] for one in body["custodians"]], f"slots of {form['form']}")
    check_reseal(body, p.digest(data), given)
    return body


def check_reseal(body: Json, own: str, given: Given) -> None:
    """Section 8, re-sealing: two persons, enough custodians of the manifest before, the same forms as there."""
    if "reseal" not in body:
        return
    told = fields(body["reseal"], "ceremony supersedes released asked_by approved_by reason")
    p.need(told["asked_by"] != told["approved_by"] and own not in told["supersedes"], "re-sealed by one person")
    p.need(len(set(told["released"])) >= 2, "re-sealed by one custodian")
    before = given.by_digest(told["supersedes"][-1])
    if before is None:
        return
    old = p.parse(before)["body"]
    plain = [[{name: form[name] for name in form if name != "slots"} for form in one["forms"]] for one in (old, body)]
    p.need(plain[0] == plain[1] and old["paper"] == body["paper"], "re-sealing changed a form")
    known = set(told["released"]) & {one["custodian"] for one in old["custodians"]}
    p.need(len(known) >= old["threshold"], "too few custodians released")


def check_package(data: bytes, given: Given) -> None:
    """Section 8, the package."""
    entries = p.entries_of(data)
    p.need(next(iter(entries), "") == "manifest.json", "manifest.json is not the first entry")
    body = check_manifest(entries["manifest.json"], given)
    names = ["manifest.json", *(f"forms/{form['form']}.bin" for form in body["forms"])]
    p.need(list(entries) == names, f"entries are {list(entries)}, the manifest names {names}")
    for form in body["forms"]:
        sealed = entries[f"forms/{form['form']}.bin"]
        same = p.digest(sealed) == form["cipher_digest"] and len(sealed) == form["cipher_size"]
        p.need(same, f"ciphertext of {form['form']}")
        open_form(body, form, sealed, given)


def open_form(body: Json, form: Json, sealed: bytes, given: Given) -> None:
    """With enough custodians' keys: the form is what the manifest promises."""
    shares = []
    for slot in form["slots"]:
        context = {"paper": body["paper"], "form": form["form"], "custodian": slot["custodian"]}
        plain = given.open(p.unb64(slot["share"]), p.encode(context, "exam.share-info"))
        if plain is not None:
            p.need(p.digest(plain) == slot["share_digest"], f"share of {slot['custodian']}")
            share = p.parse(plain)
            public = p.b64(p.signing_public(p.sha256(p.encode(share, "exam.share-proof"))))
            p.need(slot.get("proof_key", public) == public, f"proof key of {slot['custodian']}")
            shares.append((share["index"], p.unb64(share["value"])))
    if len(shares) < body["threshold"]:
        return
    scope = {"paper": body["paper"], "form": form["form"], "scope": body["scope"], "suite": body["suite"]}
    key = p.join(shares[: body["threshold"]])
    named = p.digest(p.encode({"paper": body["paper"], "form": form["form"], "key": p.b64(key)}, "exam.form-key"))
    p.need(form.get("key_digest", named) == named, f"key of {form['form']}")
    plain = p.unseal(key, sealed, p.encode(scope, "exam.form-aad"))
    p.need(p.digest(plain) == form["plain_digest"], f"content of {form['form']}")
    content = p.parse(plain)
    versions = [
        {"item": item["id"], "code": item["code"], "version": item["version"]}
        for section in content["sections"]
        for item in section["items"]
    ]
    p.need(content["form"] == form["form"] and len(versions) == form["items"], f"items of {form['form']}")
    same = p.digest(p.encode(versions, "exam.item-versions")) == form["item_versions_digest"]
    p.need(same, f"item versions of {form['form']}")
    for name, asset in content["assets"].items():
        p.need(p.digest(p.unb64(asset["data"])) == name, f"asset {name}")


KEYS = "paper manifest_digest suite hpke_suite wrapped_key ciphertext plain_digest grading_key"


def check_key_package(data: bytes, given: Given) -> Json:
    """Section 8, the key package; gives the answer keys by form where they can be opened."""
    body = fields(p.read_signed(data, "exam.key-package", given.trust, {"bank"}), KEYS)
    manifest = given.by_digest(body["manifest_digest"])
    if manifest is not None:
        p.need(check_manifest(manifest, given)["paper"] == body["paper"], "keys of another paper")
    context = p.encode({"paper": body["paper"], "manifest_digest": body["manifest_digest"]}, "exam.keys-aad")
    key = given.open(p.unb64(body["wrapped_key"]), context)
    if key is None:
        return {}
    plain = p.unseal(key, p.unb64(body["ciphertext"]), context)
    p.need(p.digest(plain) == body["plain_digest"], "answer keys")
    forms = p.parse(plain)["forms"]
    for form in forms:
        for item in form["items"].values():
            fields(item, "code version type key points rule", "options scoring question")
    return {form["form"]: form["items"] for form in forms}


def check_release(data: bytes, given: Given) -> None:
    """Section 8, the release; the manifest beside it vouches for the signer."""
    file = p.parse(data)
    manifest = given.by_digest(file["body"]["manifest_digest"])
    p.need(manifest is not None, "the paper package is needed beside a release")
    paper = check_manifest(manifest or b"", given)
    body = fields(file["body"], "paper manifest_digest hall sitting forms custodian device made_ms")
    p.need(body["paper"] == paper["paper"], "a release of another paper")
    signer = next((one for one in paper["custodians"] if one["custodian"] == body["custodian"]), None)
    p.need(signer is not None, "the signer is no custodian of this paper")
    public = (signer or {})["signing_key"]
    row = {"role": "custodian", "key": p.key_id("ed25519", p.unb64(public)), "public_key": public}
    p.read_signed(data, "exam.key-release", [row], {"custodian"})
    p.need(len(file["signatures"]) == 1 and file["signatures"][0]["role"] == "custodian", "one signature")
    forms = {form["form"]: form for form in paper["forms"]}
    for one in body["forms"]:
        p.need(fields(one, "form share")["form"] in forms, f"the paper has no form {one['form']}")
        context = {name: body[name] for name in ("paper", "hall", "sitting")} | {"form": one["form"]}
        plain = given.open(p.unb64(one["share"]), p.encode(context, "exam.release-info"))
        slots = {slot["custodian"]: slot["share_digest"] for slot in forms[one["form"]]["slots"]}
        p.need(plain is None or p.digest(plain) == slots[body["custodian"]], f"a false share of {one['form']}")


def check_order(data: bytes, given: Given) -> Json:
    """Section 9."""
    body: Json = p.read_signed(data, "exam.sitting-order", given.trust, {"authority"})
    tickets = [one["ticket"] for one in body["candidates"]]
    p.need(tickets == sorted(set(tickets)), "candidates are not sorted and distinct")
    places = {one["seat"]: (one["row"], one["column"]) for one in body["room"]["seats"]}
    taken = {}
    for one in body["candidates"]:
        p.need(one["seat"] in places, f"no seat {one['seat']}")
        p.need(places[one["seat"]] not in taken, f"two candidates on seat {one['seat']}")
        p.need(one["form"] in body["forms"], f"form {one['form']} is not in use")
        taken[places[one["seat"]]] = one["form"]
    for (row, column), form in taken.items():
        for near in ((row + 1, column), (row, column + 1)):
            p.need(len(body["forms"]) < 2 or taken.get(near) != form, f"neighbours at {(row, column)} share a form")
    return body


RECORD = (
    "sitting order_digest manifests hall started_ms closed_ms releases wrapped_key sessions merkle_root incidents "
    "credits moves outages video absent audit"
)
LINE = "session candidate ticket seat form state steps head closed_digest cipher_digest"


def check_record(data: bytes, given: Given) -> Json:
    """Section 10, the record; gives the opened sessions by ticket."""
    entries = p.entries_of(data)
    p.need(next(iter(entries), "") == "record.json", "record.json is not the first entry")
    roles = {"hall", "chief_invigilator", "quality_supervisor"}
    body = fields(p.read_signed(entries["record.json"], "exam.sitting-record", given.trust, roles), RECORD)
    lines = [fields(one, LINE) for one in body["sessions"]]
    tickets = [one["ticket"] for one in lines]
    p.need(tickets == sorted(set(tickets)), "sessions are not sorted and distinct")
    names = ["record.json", *(f"sessions/{one['session']}.bin" for one in lines)]
    p.need(list(entries) == names, f"entries are {list(entries)}, the record names {names}")
    for one in lines:
        sealed = entries[f"sessions/{one['session']}.bin"]
        p.need(p.digest(sealed) == one["cipher_digest"], f"ciphertext of session {one['session']}")
    order = given.by_digest(body["order_digest"])
    if order is not None:
        named = [one["ticket"] for one in check_order(order, given)["candidates"]]
        p.need(sorted([*tickets, *body["absent"]]) == sorted(named), "candidates missing or too many")
    key = given.open(p.unb64(body["wrapped_key"]), p.encode({"sitting": body["sitting"]}, "exam.record-info"))
    return open_sessions(body, lines, entries, key) if key is not None else {}


def open_sessions(body: Json, lines: list[Json], entries: dict[str, bytes], key: bytes) -> Json:
    """With the grading key: chains, closed statements and the tree."""
    leaves, opened = [], {}
    for one in lines:
        aad = p.encode({"sitting": body["sitting"], "session": one["session"]}, "exam.session-aad")
        document = p.parse(p.unseal(key, entries[f"sessions/{one['session']}.bin"], aad))
        fields(document, "session header entries head events submitted_ms closed_ms")
        head = chain_head(document)
        p.need(head == document["head"] == one["head"], f"chain of session {one['session']}")
        p.need(len(document["entries"]) == one["steps"], f"steps of session {one['session']}")
        closed = {name: document[name] for name in ("session", "head", "submitted_ms", "closed_ms")}
        closed["steps"] = len(document["entries"])
        closed["entries_digest"] = p.digest(p.encode(document["entries"], "exam.session-entries"))
        leaf = p.encode(closed, "exam.session-closed")
        p.need(p.digest(leaf) == one["closed_digest"], f"closed statement of session {one['session']}")
        leaves.append(p.leaf_hash(leaf))
        opened[one["ticket"]] = document
    p.need(f"sha256:{p.tree_root(leaves).hex()}" == body["merkle_root"], "Merkle root")
    return opened


def chain_head(document: Json) -> str:
    """Section 10, the response chain."""
    link, before = p.sha256(p.encode(document["header"], "exam.session")), (0, 0)
    for place, entry in enumerate(document["entries"], 1):
        step = fields(
            fields(entry, "step received_ms late carrier")["step"], "session lease seq item kind value made_ms prev"
        )
        fits = step["seq"] == place and step["prev"] == f"sha256:{link.hex()}"
        p.need(fits, f"session {step['session']}: the chain breaks at step {place} received at {entry['received_ms']}")
        after = (step["lease"], entry["received_ms"])
        p.need(after[0] >= before[0] and after[1] >= before[1], f"session {step['session']}: step {place} is older")
        before = after
        link = p.sha256(link + p.encode(step, "exam.step"))
    return f"sha256:{link.hex()}"


def check_receipt(data: bytes, given: Given) -> Json:
    """Section 10, the receipt as a document or as the text of a QR."""
    if not data.startswith(b"EXAMRECEIPT:1:"):
        return fields(
            p.read_signed(data, "exam.receipt", given.trust, {"hall"}), "session ticket sitting steps head at_ms"
        )
    statement, dot, value = data.decode("utf-8", "replace").strip().removeprefix("EXAMRECEIPT:1:").partition(".")
    p.need(dot == ".", "not a receipt")
    body = fields(p.parse(p.unb64(statement)), "session ticket sitting steps head at_ms")
    keys = [p.unb64(one["public_key"]) for one in given.trust if one["role"] == "hall"]
    message = p.encode(body, "exam.receipt")
    p.need(any(p.signature_holds(key, p.unb64(value), message) for key in keys), "signature of the receipt")
    return body


def main() -> None:
    """The command."""
    from tests.verify.independent_kinds import check_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--trust", type=Path, required=True)
    parser.add_argument("--beside", type=Path, nargs="*", default=[])
    parser.add_argument("--key", nargs="*", default=[])
    asked = parser.parse_args()
    trust = p.json.loads(asked.trust.read_bytes())["keys"]
    beside = {path.name: path.read_bytes() for path in asked.beside}
    fault = check_file(asked.file, Given(trust, beside, [p.unb64(key) for key in asked.key]))
    sys.stdout.write(f"{asked.file.name}: {fault or 'holds'}\n")
    sys.exit(1 if fault else 0)


if __name__ == "__main__":
    main()
