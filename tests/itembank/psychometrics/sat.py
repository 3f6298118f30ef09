"""A bank with one assembled form, and an authority that hands back what its candidates answered."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from itembank.assembly.tables import forms_of, sections_of
from itembank.psychometrics.matrix import MATRIX_TYPE
from tests.itembank.bank import Bank, item_row, open_bank, spec_csv, spec_rows
from tests.kit import Person

Json = dict[str, Any]
BLUEPRINT: Json = {
    "name": "小卷",
    "total_points": "10",
    "duration_s": 3600,
    "cut_score": "6",
    "sections": [{"type": "single_response", "title": "单选题", "points_each": "1"}],
    "cells": [{"area": "A", "type": "single_response", "count": 10}],
    "max_overlap": 0,
}


class Sat:
    """Bank, form, authority, and the analyst who takes in its matrices."""

    def __init__(self, folder: Path) -> None:
        self.bank: Bank = open_bank(folder)
        assert self.bank.specify(spec_csv(spec_rows({"A": 100}, 12))).status_code == 200
        self.bank.fill([item_row(n, f"A-A-{n:03d}") for n in range(1, 13)])
        assembled = self.bank.assemble(BLUEPRINT, 1, 0, "s")
        self.form: Json = assembled["forms"][0]
        self.places = self._places(assembled["id"])
        self.authority = KeyPair.generate()
        with open_work(self.bank.world.runtimes["bank"], system_actor("test")) as work:
            pair = self.authority
            trust_key(work, "authority", "省中心", b64u(pair.signing.public_raw), b64u(pair.sealing.public_raw))
        self.analyst: Person = self.bank.world.signed_in("bank", "analyst", "item_analyst")

    def _places(self, assembly: str) -> list[Json]:
        with open_work(self.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
            row = forms_of(work.session, assembly)[0]
            return [vars(item) for part in sections_of(row) for item in part.items]

    def matrix(
        self, persons: int, remarks: list[Json] | None = None, signer: KeyPair | None = None, **changes: Any
    ) -> bytes:
        """A matrix of simulated persons: the n-th item is harder than the one before; nobody skips."""
        rng = np.random.default_rng(persons)
        hard = np.linspace(-1.5, 1.5, len(self.places))
        right = rng.random((persons, len(hard))) < 1 / (1 + np.exp(hard - rng.normal(size=(persons, 1))))
        miskeyed = changes.pop("wrong_key", None)
        if miskeyed is not None:
            right[:, miskeyed] = ~(right.sum(axis=1) > len(hard) / 2)
        lines = []
        for row in right:
            answers = []
            for place, good in zip(self.places, row, strict=True):
                shown = {own: letter for letter, own in place["options"]}
                answers.append([shown["A" if good else "B"], "1" if good else "0", 20_000])
            lines.append({"form": self.form["form"], "groups": {}, "answers": answers})
        items = [{"item": p["id"], "code": p["code"], "version": p["version"], "max": "1"} for p in self.places]
        body = {
            "sitting": "sit_1", "run": "run_1", "paper": "ppr_1", "manifest_digest": "sha256:" + "0" * 64,
            "key_version": 1, "occupation_code": "6-31-01-03", "level": "4", "institution": "S0000", "held_ms": 1000,
            "groups": [], "forms": [{"form": self.form["form"], "items": items}], "persons": lines,
            "remarks": remarks or [],
        }  # fmt: skip
        pair = signer or self.authority
        return sign_document(body | changes, MATRIX_TYPE, 1, [Signer("authority", "省中心", pair.signing)])

    def upload(self, data: bytes) -> Any:
        """The answer to an uploaded matrix."""
        return self.analyst.post(
            f"/api/bank/banks/{self.bank.id}/matrices",
            data={"file": (io.BytesIO(data), "x.matrix.json")},
            content_type="multipart/form-data",
        )

    def analyse(self) -> Json:
        """The statistics after a finished analysis."""
        started = self.analyst.post(f"/api/bank/banks/{self.bank.id}/analyses")
        assert started.status_code == 200, started.text
        self.bank.world.run_jobs()
        found: Json = self.analyst.get(f"/api/bank/banks/{self.bank.id}/statistics").json
        return found
