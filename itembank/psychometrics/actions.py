"""What can be done with responses: take in a matrix, analyse all a bank has."""

from typing import Any

from sqlalchemy import select

from examserver.kernel.access import Actor, system_actor
from examserver.kernel.canonical import digest
from examserver.kernel.documents import read_document, require_signatures
from examserver.kernel.errors import Json
from examserver.plumbing.files import Vault
from examserver.plumbing.identity import offload
from examserver.plumbing.jobs import Progress, enqueue, job
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.trust import trust_of
from examserver.plumbing.work import Work, open_work
from itembank.assembly.tables import AssemblyFormRow, AssemblyRow, sections_of
from itembank.items.tables import ItemRow, ItemVersionRow, load_bank
from itembank.psychometrics.matrix import (
    MATRIX_TYPE,
    FormResponses,
    MatrixOfAnotherBank,
    Place,
    forms_named,
    read_matrix,
    read_remarks,
)
from itembank.psychometrics.pooled import Pooled, PooledItem, analyse_pool
from itembank.psychometrics.tables import (
    DONE,
    RUNNING,
    AnalysisRow,
    ItemStatisticRow,
    MatrixRow,
    NoAnalysis,
    matrices_of,
)
from itembank.remarks.actions import Source, raise_remarks, take_remarks

ORDERED = ("ordering", "inline_choice")


def matrix_vault(runtime: RoleRuntime) -> Vault:
    """Where matrices lie, by digest."""
    return Vault(runtime.files / "matrices")


def import_matrix(runtime: RoleRuntime, actor: Actor, bank_id: str, data: bytes) -> MatrixRow:
    """Take in a matrix the authority signed, with its remarks; the same file again changes nothing.

    A large file takes its time to read, so nothing is locked meanwhile. Raises NotADocument, SignatureBroken,
    MatrixMalformed or MatrixOfAnotherBank.
    """
    name = digest(data)
    document = offload(lambda: read_document(data, MATRIX_TYPE))
    with open_work(runtime, actor, write=False) as work:
        load_bank(work.session, bank_id)
        require_signatures(document, trust_of(work), {"authority"})
        places = places_of(work, bank_id, forms_named(document.body))
    forms = offload(lambda: read_matrix(name, document.body, places))
    matrix_vault(runtime).put(data)
    with open_work(runtime, actor) as work:
        known = work.session.get(MatrixRow, name)
        if known is not None:
            return known
        row = _matrix_row(work, bank_id, name, document.body, forms)
        work.session.add(row)
        row.remarks = take_remarks(work, Source(bank_id, row.sitting, name, row.held_ms), read_remarks(document.body))
        work.record(
            "matrix.imported", bank_id, digest=name, sitting=row.sitting, persons=row.persons, remarks=row.remarks
        )
        return row


def _matrix_row(work: Work, bank_id: str, name: str, body: Json, forms: list[FormResponses]) -> MatrixRow:
    return MatrixRow(
        digest=name,
        bank_id=bank_id,
        sitting=str(body.get("sitting", ""))[:40],
        run=str(body.get("run", ""))[:40],
        paper=str(body.get("paper", ""))[:40],
        persons=sum(len(form.right) for form in forms),
        items=len({item for form in forms for item in form.items}),
        remarks=0,
        held_ms=int(body["held_ms"]),
        by=work.actor.id,
        by_name=work.actor.name,
        imported_ms=work.now_ms,
    )


def places_of(work: Work, bank_id: str, forms: list[str]) -> dict[str, dict[str, Place]]:
    """What stands where in the forms assembled from this bank; raises MatrixOfAnotherBank for any other."""
    query = (
        select(AssemblyFormRow)
        .join(AssemblyRow, AssemblyRow.id == AssemblyFormRow.assembly_id)
        .where(AssemblyRow.bank_id == bank_id, AssemblyFormRow.form_id.in_(forms))
    )
    rows = {row.form_id: row for row in work.session.scalars(query)}
    for form in forms:
        if form not in rows:
            raise MatrixOfAnotherBank(form=form)
    keys = _keys_of(work, bank_id)
    return {form: _places(row, keys) for form, row in rows.items()}


def _places(row: AssemblyFormRow, keys: dict[tuple[str, int], tuple[str, str]]) -> dict[str, Place]:
    found = {}
    for part in sections_of(row):
        for item in part.items:
            kind, key = keys.get((item.code, item.version), ("", ""))
            found[item.id] = Place(item.code, item.version, dict(item.options), key, kind in ORDERED)
    return found


def _keys_of(work: Work, bank_id: str) -> dict[tuple[str, int], tuple[str, str]]:
    """Type and key of every version of the bank, as a statistic shows it."""
    version = ItemVersionRow
    query = select(ItemRow.code, version.version, version.content, version.key, version.scoring)
    query = query.join(version, version.item_id == ItemRow.id).where(ItemRow.bank_id == bank_id)
    return {
        (row.code, row.version): (row.content["type"], _shown_key(row.content["type"], row.key, row.scoring))
        for row in work.session.execute(query)
    }


def _shown_key(kind: str, key: list[str], scoring: Json) -> str:
    """Letters of the key; for free answers the first spelling that counts."""
    if key:
        parts = key if kind in ORDERED else sorted(key)
        return ("" if all(len(part) == 1 for part in parts) else " ").join(parts)
    blanks = [str(blank["accept"][0]) for blank in scoring.get("blanks", []) if blank.get("accept")]
    return " ".join(blanks) or str(scoring.get("value", ""))


def request_analysis(work: Work, bank_id: str) -> AnalysisRow:
    """Queue an analysis of the newest grading of every sitting; raises NoAnalysis when there is no matrix."""
    newest: dict[str, MatrixRow] = {}
    for matrix in sorted(matrices_of(work.session, bank_id), key=lambda each: (each.imported_ms, each.digest)):
        newest[matrix.sitting] = matrix
    if not newest:
        raise NoAnalysis(what=bank_id)
    analysis = work.new_id("anl")
    row = AnalysisRow(
        id=analysis,
        bank_id=bank_id,
        state=RUNNING,
        matrices=sorted(each.digest for each in newest.values()),
        tests=[],
        notes=[],
        persons=0,
        job_id=enqueue(work, "analyse_bank", {"analysis": analysis}),
        by=work.actor.id,
        by_name=work.actor.name,
        created_ms=work.now_ms,
    )
    work.session.add(row)
    work.record("statistics.requested", bank_id, analysis=analysis, matrices=len(newest))
    return row


@job("analyse_bank", role="bank")
def analyse_bank(runtime: RoleRuntime, payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read the matrices, compute, keep the figures; running it twice changes nothing."""
    actor = system_actor("statistics")
    with open_work(runtime, actor, write=False) as work:
        row = work.session.get_one(AnalysisRow, payload["analysis"])
        if row.state == DONE:
            return {"analysis": row.id}
        progress(5, "读取作答矩阵")
        forms = _responses(runtime, work, row)
    progress(30, "估计参数")
    pooled = offload(lambda: analyse_pool(forms))
    progress(90, "写入统计结果")
    with open_work(runtime, actor) as work:
        row = work.session.get_one(AnalysisRow, payload["analysis"], with_for_update=True)
        if row.state != DONE:
            _save(work, row, pooled)
            raise_remarks(work, row.bank_id, row.id, [(item.code, item.version, item.flags) for item in pooled.items])
    return {"analysis": row.id, "items": len(pooled.items), "persons": pooled.persons}


def _responses(runtime: RoleRuntime, work: Work, row: AnalysisRow) -> list[FormResponses]:
    forms: list[FormResponses] = []
    for name in row.matrices:
        body = read_document(matrix_vault(runtime).get(name), MATRIX_TYPE).body
        forms += read_matrix(name, body, places_of(work, row.bank_id, forms_named(body)))
    return forms


def _save(work: Work, row: AnalysisRow, pooled: Pooled) -> None:
    work.session.add_all([_statistic(row, item) for item in pooled.items])
    row.tests = [test.as_json() for test in pooled.tests]
    row.notes = [note.as_json() for note in pooled.notes]
    row.persons, row.state, row.done_ms = pooled.persons, DONE, work.now_ms
    flagged = sum(bool(item.flags) for item in pooled.items)
    work.record("statistics.made", row.bank_id, analysis=row.id, items=len(pooled.items), flagged=flagged)


def _statistic(row: AnalysisRow, item: PooledItem) -> ItemStatisticRow:
    estimate = item.estimate
    return ItemStatisticRow(
        analysis_id=row.id,
        code=item.code,
        version=item.version,
        bank_id=row.bank_id,
        n=item.persons,
        p=item.figures.difficulty,
        discrimination=item.figures.discrimination,
        a=estimate.a if estimate else None,
        b=estimate.b if estimate else None,
        c=estimate.c if estimate else None,
        usable=item.usable,
        flags=[flag.as_json() for flag in item.flags],
        figures=item.as_json(),
    )
