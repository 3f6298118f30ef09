"""Makes the vectors Python and TypeScript share: canonical bytes, the step chain, and the opening of a form.

Everything here is fixed input; running it again gives the same files. `tests/vectors/test_vectors.py` holds the
committed files to it, `client_web` reads the same files.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from examserver.kernel.canonical import b64u, digest, digest_of, encode, to_json
from examserver.kernel.crypto.seal import SUITE, seal_bytes

HERE = Path(__file__).parent

VALUES: list[tuple[str, Any]] = [
    ("empty object", {}),
    ("nested, keys out of order", {"b": [1, {"z": None, "a": True}], "a": {"y": False, "x": []}}),
    ("Chinese text", {"title": "电工(四级)理论知识试卷", "name": "王小明"}),
    ("rare characters beyond the basic plane", {"name": "𠮷𬭎", "尾": "😀"}),
    ("keys sort by UTF-16 code units, not code points", {"\ufb01": 1, "𠮷": 2, "é": 3, "z": 4, "10": 5, "1": 6}),
    (
        "control characters and escapes",
        {"text": 'quote " backslash \\ line\n tab\t bell\u0007 del\u007f slash / \u2028'},
    ),
    ("greatest and least integers", [9007199254740991, -9007199254740991, 0, -1]),
    ("scores are decimal strings", {"points": "1.5", "score": "86"}),
    ("NFC text with a composed character", {"name": "Zoë"}),
    ("a bare string", "答案"),
    ("a list of option ids", ["A", "C", "D"]),
    ("null", None),
    ("step with a cleared answer", {"item": "i001", "kind": "answer", "value": None}),
]

REFUSED: list[tuple[str, str]] = [
    ("a fraction", '{"score": 1.5}'),
    ("an exponent that is a fraction", "[1e-2]"),
    ("an integer beyond 2^53-1", "[9007199254740992]"),
    ("an integer below -(2^53-1)", "[-9007199254740992]"),
    ("decomposed text", '{"name": "Zoe\\u0308"}'),
    ("a decomposed key", '{"e\\u0301": 1}'),
    ("a lone high surrogate", '["\\ud842"]'),
    ("a lone low surrogate in a key", '{"\\udfb7": 1}'),
    ("deeper than 64 levels", "[" * 66 + "]" * 66),
]


def canonical_vectors() -> dict[str, Any]:
    """Values with their RFC 8785 text, tagged bytes and digest; JSON texts an encoder must refuse."""
    cases = [
        {
            "name": name,
            "type": "exam.step",
            "version": 1,
            "value": value,
            "json": to_json(value).decode(),
            "encoded": b64u(encode(value, "exam.step", 1)),
            "digest": digest_of(value, "exam.step", 1),
        }
        for name, value in VALUES
    ]
    return {"cases": cases, "refused": [{"name": name, "json": text} for name, text in REFUSED]}


HEADER = {
    "session": "ses_01jd0000000000000000000001",
    "sitting": "sit_01jd0000000000000000000002",
    "ticket": "33010120261201001",
    "form": "frm_01jd0000000000000000000003",
    "paper": "ppr_01jd0000000000000000000004",
    "started_ms": 1796086800000,
}
STEPS: list[tuple[int, str, str, Any, int]] = [
    (1, "i001", "answer", "B", 1796086812345),
    (1, "i002", "answer", "true", 1796086820000),
    (1, "i001", "flag", True, 1796086821000),
    (1, "i081", "answer", ["A", "C", "D"], 1796086850000),
    (1, "i001", "answer", None, 1796086861111),
    (2, "i001", "answer", "D", 1796086899999),
    (2, "i081", "answer", [], 1796086900000),
    (2, "i001", "flag", False, 1796086900001),
]


def chain_vectors() -> dict[str, Any]:
    """A session header and its steps with every head; the second lease is a candidate moved to another seat."""
    raw = hashlib.sha256(encode(HEADER, "exam.session", 1)).digest()
    links: list[dict[str, Any]] = []
    first = "sha256:" + raw.hex()
    for seq, (lease, item, kind, value, made_ms) in enumerate(STEPS, start=1):
        step = {
            "session": HEADER["session"],
            "lease": lease,
            "seq": seq,
            "item": item,
            "kind": kind,
            "value": value,
            "made_ms": made_ms,
            "prev": "sha256:" + raw.hex(),
        }
        encoded = encode(step, "exam.step", 1)
        raw = hashlib.sha256(raw + encoded).digest()
        links.append({"step": step, "encoded": b64u(encoded), "head": "sha256:" + raw.hex()})
    return {"header": HEADER, "h0": first, "links": links, "head": "sha256:" + raw.hex()}


FORM: dict[str, Any] = {
    "form": HEADER["form"],
    "name": "A",
    "title": "电工(四级)理论知识试卷",
    "duration_s": 5400,
    "salt": b64u(bytes(range(32))),
    "sections": [
        {
            "id": "S1",
            "title": "单项选择题",
            "items": [
                {
                    "id": "i001",
                    "code": "DG4-0001",
                    "version": 1,
                    "type": "single_response",
                    "points": "1",
                    "stem": [{"kind": "text", "text": "三相异步电动机的旋转方向取决于( )。"}],
                    "options": [
                        {"id": "C", "content": [{"kind": "text", "text": "电源的频率"}]},
                        {"id": "A", "content": [{"kind": "text", "text": "电源的相序"}]},
                        {"id": "D", "content": [{"kind": "text", "text": "电源电压的高低"}]},
                        {"id": "B", "content": [{"kind": "text", "text": "定子绕组的匝数"}]},
                    ],
                }
            ],
        }
    ],
    "assets": {},
}


def form_vectors() -> dict[str, Any]:
    """One sealed form with its key, associated data, digests and plaintext."""
    context = {"paper": HEADER["paper"], "form": HEADER["form"], "scope": {"plan": None}, "suite": SUITE}
    aad = encode(context, "exam.form-aad", 1)
    key, nonce, plaintext = bytes(range(100, 132)), bytes(range(12)), to_json(FORM)
    sealed = seal_bytes(key, plaintext, aad, nonce)
    return {
        "context": context,
        "aad": b64u(aad),
        "key": b64u(key),
        "sealed": b64u(sealed),
        "cipher_digest": digest(sealed),
        "cipher_size": len(sealed),
        "plain_digest": digest(plaintext),
        "form": FORM,
    }


def shared_vectors() -> dict[str, dict[str, Any]]:
    """File name to content."""
    return {"canonical.json": canonical_vectors(), "chain.json": chain_vectors(), "form.json": form_vectors()}


def as_text(content: dict[str, Any]) -> str:
    """The committed text of a vector file."""
    return json.dumps(content, ensure_ascii=True, indent=1) + "\n"


if __name__ == "__main__":
    for file_name, vectors in shared_vectors().items():
        (HERE / file_name).write_text(as_text(vectors), encoding="utf-8")
