"""`exam paper trace`: name hall, sitting and seat behind a photographed fragment, or the smallest set it can."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from examserver.kernel.archive import read_archive
from examserver.kernel.documents import Trust, read_document, read_trust, require_signatures
from examserver.plumbing.settings import Settings
from examserver.plumbing.work import open_work
from itembank.entry.commands import bank_runtime, person, sign_in
from itembank.papers.fragment import Fragment, FragmentUnreadable, read_fragment
from itembank.papers.manifest import MANIFEST_NAME, read_manifest
from itembank.papers.opening import check_form_key, join_form_key, open_form, open_share
from itembank.papers.store import key_pairs
from itembank.papers.trace import ShownForm, Source, Traced, corrected, shown_form, sources_of_order, trace_fragment
from itembank.papers.tracing.actions import ORDER_TYPE, RECORD_TYPE, trace

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _entry(path: Path, inside: str) -> bytes:
    """A signed document given alone or as the first entry of its archive."""
    data = path.read_bytes()
    return read_archive(data)[inside] if data[:2] == b"PK" else data


def _fragment(given: Path | None, items: Sequence[str], options: Sequence[str], watermark: str) -> Fragment:
    """The fragment from a JSON file and from options; the options add to the file."""
    seen: list[Any] = []
    if given is not None:
        try:
            told = json.loads(given.read_text("utf-8"))
            seen, watermark = list(told.get("items", [])), watermark or str(told.get("watermark", ""))
        except (ValueError, AttributeError, TypeError) as error:
            raise FragmentUnreadable(reason_zh="文件不是 JSON 对象", reason_en=f"no JSON object ({error})") from None
    seen += items
    placed = [one if isinstance(one, dict) else {"item": one} for one in seen]
    for text in options:
        number, _, listed = text.partition(":")
        if not number.strip().isdigit() or not 1 <= int(number) <= len(placed) or not listed:
            raise FragmentUnreadable(
                reason_zh=f"选项“{text}”应为 序号:选项|选项", reason_en=f"{text}: write N:first|second"
            )
        placed[int(number) - 1]["options"] = [one.strip() for one in listed.split("|")]
    return read_fragment([_numbered(one) for one in placed], watermark)


def _numbered(one: dict[str, Any]) -> object:
    """An item as `read_fragment` takes it: `12. words` has its number taken apart there."""
    if set(one) == {"item"}:
        return one["item"]
    plain = read_fragment([one["item"]], "").seen[0]
    return {"item": plain.item, "number": one.get("number", plain.number), "options": one.get("options", [])}


def _forms_of_package(path: Path, keys: Sequence[Path], passphrases: Sequence[Path]) -> list[ShownForm]:
    """The forms inside a package, opened with its custodians' key files."""
    entries = read_archive(path.read_bytes())
    manifest = read_manifest(entries[MANIFEST_NAME])
    pairs = key_pairs(keys, passphrases)
    holders = [(manifest.custodian_with_key(pair.signing.public_raw), pair) for pair in pairs]
    forms = []
    for form in manifest.forms:
        shares = [open_share(manifest, form.form, who.custodian, pair.sealing) for who, pair in holders]
        key = join_form_key(manifest, shares)
        check_form_key(manifest, form.form, key)
        forms.append(shown_form(manifest.paper, open_form(manifest, form.form, entries[form.entry], key)))
    return forms


def _seated(orders: Sequence[Path], records: Sequence[Path], trust: Trust | None) -> list[Source]:
    sources: list[Source] = []
    for path in orders:
        document = read_document(path.read_bytes(), ORDER_TYPE)
        if trust is not None:
            require_signatures(document, trust, {"authority"})
        sources += sources_of_order(document.body)
    for path in records:
        sources = corrected(sources, read_document(_entry(path, "record.json"), RECORD_TYPE).body)
    return sources


@click.command("trace")
@click.option("--items", multiple=True, help="Code or words of an item, in the order shown; `12. …` where readable.")
@click.option("--options", multiple=True, help="`N:first|second|…`: options of the N-th item given, top to bottom.")
@click.option("--watermark", default="", help="What can be read of the watermark; ? or * for signs that cannot.")
@click.option("--fragment", "given", type=FILE, help="JSON: {items: [{item, number, options}], watermark}.")
@click.option("--orders", "--order", multiple=True, type=FILE, help="Sitting orders: who sat where with which form.")
@click.option("--records", "--record", multiple=True, type=FILE, help="Sitting records: seats and forms in fact.")
@click.option("--paper", "papers", multiple=True, help="Only this paper of the bank; all sealed ones when left out.")
@click.option(
    "--package", "packages", multiple=True, type=FILE, help="A package instead of the bank, opened with keys."
)
@click.option("--key", "keys", multiple=True, type=FILE, help="A custodian's key file; as many as the threshold.")
@click.option("--passphrase-file", "passphrases", multiple=True, type=FILE, help="Passphrase of the key at its place.")
@click.option("--trust", type=FILE, help="trust.json; then orders must be signed by the authority.")
@click.option("--reason", default="追查泄题来源", show_default=True, help="Why; it stands in the audit chain.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@person
@click.pass_obj
def trace_command(
    settings: Settings, /, items: Sequence[str], options: Sequence[str], watermark: str, **asked: Any
) -> None:
    """Name where a photographed fragment comes from: form by items and their order, seat by orders and watermark."""
    fragment = _fragment(asked["given"], items, options, watermark)
    if asked["packages"]:
        forms = [
            form for path in asked["packages"] for form in _forms_of_package(path, asked["keys"], asked["passphrases"])
        ]
        trust = read_trust(asked["trust"].read_bytes()) if asked["trust"] else None
        found = trace_fragment(fragment, forms, _seated(asked["orders"], asked["records"], trust))
    else:
        found = _in_bank(settings, fragment, asked)
    _show(found, asked["as_json"])


def _in_bank(settings: Settings, fragment: Fragment, asked: dict[str, Any]) -> Traced:
    if not (asked["login"] and asked["password_file"]):
        raise click.UsageError("--login and --password-file are needed, or --package with --key")
    orders = [path.read_bytes() for path in asked["orders"]]
    records = [_entry(path, "record.json") for path in asked["records"]]
    with bank_runtime(settings) as runtime:
        actor = sign_in(runtime, asked["login"], asked["password_file"].read().strip(), "papers.trace")
        with open_work(runtime, actor) as work:
            return trace(work, fragment, asked["papers"], orders, records, asked["reason"])


MOST_TOLD = 20
_FACTS = (
    ("hall", "考场", "hall"), ("sitting", "场次", "sitting"), ("seat", "座位", "seat"),
    ("ticket", "准考证号", "ticket"), ("copy", "印本", "printed copy"), ("paper", "试卷", "paper"),
)  # fmt: skip


def _show(found: Traced, as_json: bool) -> None:
    """Prints the answer; ends with status 1 when the evidence contradicts itself."""
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        for line in _told(found):
            click.echo(line)
    if found.contradicted:
        raise SystemExit(1)


def _told(found: Traced) -> Iterator[str]:
    """The answer in words: what each piece of evidence left over, the candidates, what may be concluded."""
    for step in found.steps:
        yield step.words_zh + (
            " ✗ 与其他线索矛盾" if step.contradicts else f"：{step.before} 个候选中剩 {step.after} 个"
        )
        remain = " ✗ contradicts the rest" if step.contradicts else f": {step.after} of {step.before} candidates remain"
        yield f"  {step.words_en}{remain}"
    for one in found.sources[:MOST_TOLD]:
        facts = [(zh, en, str(getattr(one, name))) for name, zh, en in _FACTS if getattr(one, name)]
        yield "　".join([f"{one.form_name or one.form} 卷", *(f"{zh} {value}" for zh, _, value in facts)])
        yield "  " + ", ".join([f"form {one.form_name or one.form}", *(f"{en} {value}" for _, en, value in facts)])
    count = len(found.sources)
    if count > MOST_TOLD:
        yield f"其余 {count - MOST_TOLD} 个见 --json / {count - MOST_TOLD} more with --json"
    yield f"共剩 {count} 个候选{_verdict(found, '，线索相互矛盾，不能据此认定', '，唯一相符', '，现有线索无法再区分')}"
    verdict = _verdict(
        found, "; the evidence contradicts itself and names nobody", "; it alone fits", "; not told apart"
    )
    yield f"  candidates left: {count}{verdict}"


def _verdict(found: Traced, contradicted: str, unique: str, several: str) -> str:
    return contradicted if found.contradicted else unique if found.unique else several
