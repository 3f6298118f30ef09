"""Responses come back to the bank: signed matrices only, figures on the items, remarks closed by another person."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from examserver.kernel.access import system_actor
from examserver.kernel.canonical import b64u
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.sign import Signer
from examserver.kernel.documents import sign_document
from examserver.plumbing.trust import trust_key
from examserver.plumbing.work import open_work
from itembank.psychometrics.matrix import MATRIX_TYPE
from itembank.psychometrics.tables import parameters_of
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
    """A bank with one assembled form, and an authority that hands back what its candidates answered."""

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
        from itembank.assembly.tables import forms_of, sections_of

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


@pytest.fixture
def sat(tmp_path: Path) -> Sat:
    return Sat(tmp_path)


def test_figures_come_back_to_the_items_and_steer_assembly(sat: Sat) -> None:
    taken = sat.upload(sat.matrix(400))
    assert taken.status_code == 200, taken.text
    page = sat.analyse()
    assert page["analysis"]["persons"] == 400
    assert page["total"] == 10
    assert 0.5 < page["analysis"]["tests"][0]["alpha"] < 0.9
    by_code = {line["code"]: line["p"] for line in page["items"]}
    shares = [by_code[place["code"]] for place in sat.places]
    assert shares[0] > 0.7 > 0.35 > shares[-1]
    one = sat.analyst.get(f"/api/bank/items/{page['items'][0]['item']}/statistics").json
    assert {option["option"] for option in one["versions"][0]["figures"]["options"]} == {"A", "B"}
    assert one["versions"][0]["figures"]["seconds"] == [20, 20, 20]
    with open_work(sat.bank.world.runtimes["bank"], system_actor("test"), write=False) as work:
        parameters = parameters_of(work.session, sat.bank.id)
    assert len(parameters) == 10
    assert parameters[sat.places[0]["code"]].b < parameters[sat.places[-1]["code"]].b


def test_only_a_trusted_authority_may_hand_back_responses(sat: Sat) -> None:
    refused = sat.upload(sat.matrix(5, signer=KeyPair.generate()))
    assert refused.status_code >= 400
    assert sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/matrices").json["matrices"] == []


def test_a_matrix_of_forms_from_elsewhere_is_refused(sat: Sat) -> None:
    items = [{"item": "i001", "code": "X", "version": 1, "max": "1"}]
    answer = sat.upload(sat.matrix(0, forms=[{"form": "frm_elsewhere", "items": items}]))
    assert answer.json["code"] == "matrix.other_bank"


def test_the_same_file_twice_and_a_regrade_count_once(sat: Sat) -> None:
    remark = {"code": sat.places[0]["code"], "version": 1, "text": "图看不清"}
    data = sat.matrix(150, [remark])
    assert sat.upload(data).json == sat.upload(data).json
    assert sat.upload(sat.matrix(150, [remark], run="run_2")).json["remarks"] == 0
    assert sat.analyse()["analysis"]["persons"] == 150
    assert sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/remarks").json["open"] == 1


def test_a_remark_is_closed_once_by_somebody_else_and_the_item_leaves_the_pool(sat: Sat) -> None:
    code = sat.places[0]["code"]
    sat.upload(sat.matrix(20, [{"code": code, "version": 1, "text": "两个选项都对"}]))
    remark = sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/remarks").json["remarks"][0]
    path = f"/api/bank/remarks/{remark['id']}/close"
    assert sat.analyst.post(path, {"action": "key_error", "note": ""}).json["code"] == "remark.note_missing"
    assert sat.bank.author.post(path, {"action": "no_change", "note": "没问题"}).status_code == 403
    closed = sat.analyst.post(path, {"action": "key_error", "note": "答案应为 B"})
    assert closed.json["state"] == "closed"
    assert sat.analyst.post(path, {"action": "no_change", "note": "再看"}).json["code"] == "remark.closed"
    lines = sat.bank.reviewer.get(f"/api/bank/banks/{sat.bank.id}/items?search={code}").json["items"]
    assert lines[0]["state"] == "returned"


def test_statistics_before_any_response_say_what_to_do(sat: Sat) -> None:
    page = sat.analyst.get(f"/api/bank/banks/{sat.bank.id}/statistics").json
    assert (page["analysis"], page["items"]) == (None, [])
    assert sat.analyst.post(f"/api/bank/banks/{sat.bank.id}/analyses").json["code"] == "statistics.none"
