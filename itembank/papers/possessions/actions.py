"""Possession as acts: the bank challenges a custodian, and keeps the answer that proves the shares are there."""

import secrets

from examserver.kernel.canonical import b64u, digest
from examserver.kernel.crypto.sign import Signer
from examserver.plumbing.work import Work
from itembank.papers.ceremonies.actions import manifest_of, sealed_package
from itembank.papers.possession import (
    Challenge,
    PossessionNotProven,
    check_possession,
    read_possession,
    sign_challenge,
)
from itembank.papers.tables import PossessionRow, load_own_paper, possessions_of

DAY_MS = 86_400_000


def challenge_custodian(work: Work, paper_id: str, custodian_id: str, days: int) -> tuple[PossessionRow, bytes]:
    """A fresh challenge for one custodian of a sealed paper, as a row and as the signed file."""
    manifest = manifest_of(sealed_package(work, load_own_paper(work, paper_id)))
    custodian = manifest.custodian(custodian_id)
    nonce, until = secrets.token_bytes(32), work.now_ms + days * DAY_MS
    challenge = Challenge(manifest.paper, manifest.digest, custodian.custodian, nonce, work.now_ms, until)
    row = PossessionRow(
        nonce=b64u(nonce),
        paper=paper_id,
        manifest_digest=manifest.digest,
        custodian=custodian.custodian,
        made_ms=work.now_ms,
        expires_ms=until,
        made_by=work.actor.id,
        device="",
    )
    work.session.add(row)
    work.record("possession.challenged", paper_id, custodian=custodian.custodian, manifest=manifest.digest)
    return row, sign_challenge(challenge, Signer("bank", manifest.bank_name, work.runtime.keys.signing))


def take_possession(work: Work, paper_id: str, data: bytes) -> PossessionRow:
    """Check and keep an answer; raises PossessionNotProven, and the attempt stays on record."""
    found = read_possession(data)
    work.attempt("possession.answered", paper_id, custodian=found.custodian, file=digest(data))
    manifest = manifest_of(sealed_package(work, load_own_paper(work, paper_id)))
    open_rows = {
        row.nonce: row
        for row in possessions_of(work.session, paper_id)
        if row.custodian == found.custodian and row.proven_ms is None and work.now_ms < row.expires_ms
    }
    check_possession(found, manifest, list(open_rows))
    row = open_rows.get(b64u(found.nonce))
    if row is None:
        raise PossessionNotProven(reason_zh="质询已失效", reason_en="the challenge is over")
    row.proven_ms, row.device, row.file = work.now_ms, found.device, data
    work.record("possession.proven", paper_id, custodian=found.custodian, file=digest(data), manifest=manifest.digest)
    return row
