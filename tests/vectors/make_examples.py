"""Writes the worked example of `examserver/docs/formats.md` into `tests/vectors/example/`: one file of every artefact.

`examples.json` lists the private keys and the values on the way, so that each step of the text can be followed.
"""

import json
from pathlib import Path
from typing import Any

from tests.vectors import example_paper as paper
from tests.vectors import example_results as results
from tests.vectors import example_sitting as sitting
from tests.vectors import example_video as video
from tests.verify.primitives import b64, digest, encode, key_id, plain_json, sealing_public, signing_public

FOLDER = Path(__file__).parent / "example"


def example_files() -> dict[str, bytes]:
    """File name to content."""
    return {
        "trust.json": paper.trust_list(),
        "example.paper.zip": paper.package(),
        "example.keys.json": paper.key_package(),
        "custodian-1.release.json": paper.release(0),
        "custodian-2.release.json": paper.release(1),
        "example.order.json": sitting.order(),
        "example.record.zip": sitting.record(),
        f"{video.RECORDING}.video.json": video.video_manifest(),
        **video.segment_files(),
        "receipt.json": sitting.receipt(),
        "receipt.txt": sitting.receipt_qr(),
        "result-1.json": results.result(0),
        "result-2.json": results.result(1),
        "example.sheet.json": results.sheet(),
        f"{results.NUMBER}.cert.json": results.certificate(),
        "certificate.txt": results.certificate_qr(),
        "log-proof.json": sitting.log_proof(),
        "checkpoint": sitting.checkpoint(),
    }


def people() -> dict[str, Any]:
    """Everybody's keys."""
    return {
        person: {
            "signing_private": b64(paper.signing(person)),
            "signing_public": b64(signing_public(paper.signing(person))),
            "signing_id": key_id("ed25519", signing_public(paper.signing(person))),
            "sealing_private": b64(paper.sealing(person)),
            "sealing_public": b64(sealing_public(paper.sealing(person))),
            "sealing_id": key_id("x25519", sealing_public(paper.sealing(person))),
        }
        for person in paper.PEOPLE
    }


def values() -> dict[str, Any]:
    """The values on the way that the text shows."""
    form = paper.FORMS[0][0]
    context = {"paper": paper.PAPER, "form": form, "scope": {"plan": None}, "suite": paper.SUITE}
    return {
        "people": people(),
        "form": {
            "key": b64(paper.fixed(f"key of {form}")),
            "nonce": b64(paper.fixed(f"nonce of {form}", 12)),
            "aad": encode(context, "exam.form-aad").decode(),
            "plaintext": plain_json(paper.form_document(form, "A")).decode(),
            "shares": [{"index": index, "value": b64(value)} for index, value in paper.shares_of(form)],
        },
        "manifest_digest": digest(paper.manifest()),
        "record_key": b64(paper.fixed("key of record")),
        "sessions": [sitting.session_document(n) for n in range(2)],
        "receipt_code": sitting.receipt_code(),
        "log_entries": [entry.decode() for entry in sitting.log_entries()],
        "files": {name: {"size": len(data), "digest": digest(data)} for name, data in example_files().items()},
    }


def values_text() -> str:
    """examples.json."""
    return json.dumps(values(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, data in example_files().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(data)
    (FOLDER / "examples.json").write_text(values_text(), encoding="utf-8")
