"""Verifies paper packages, key packages and key releases from their files alone, for anybody.

Follows `examserver/docs/formats.md` and shares no step with the makers in `sealing.py`. Every fault becomes a failed
check that names the entry, form or custodian it speaks of.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from examserver.kernel.archive import read_archive, salvage
from examserver.kernel.canonical import digest, digest_of, unb64u
from examserver.kernel.checklist import Checklist
from examserver.kernel.checks import Report
from examserver.kernel.crypto.keys import KeyPair
from examserver.kernel.crypto.shares import Share
from examserver.kernel.documents import Document, Trust, check_signatures, read_document
from examserver.kernel.errors import ExamError, Json
from examserver.kernel.fields import Fields, MalformedField
from examserver.kernel.opener import Opener
from itembank.papers.manifest import MANIFEST_NAME, Manifest, SealedForm, item_versions, parse_manifest
from itembank.papers.opening import (
    KeyPackage,
    Release,
    check_form_key,
    join_form_key,
    open_form,
    open_key_package,
    open_release,
    open_share,
    read_key_package,
    read_release,
    signed_by,
)

Entries = dict[str, bytes]


def _read(path: Path, checks: Checklist) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError as error:
        checks.hold("file_readable", False, f"the file cannot be read: {error.strerror}", path.name)
        return None


def verify_package(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a sealed paper package; with custodian keys in `opener` also what is inside."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        entries = checks.attempt("archive_whole", "one layout, no byte out of place", read_archive, data)
        _check_entries(salvage(data) if entries is None else entries, trust, opener, checks)
    return checks.report(path, "paper package")


def _check_entries(entries: Entries, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    file = entries.get(MANIFEST_NAME)
    if file is None:
        checks.hold("manifest_readable", False, "the package holds no manifest.json", MANIFEST_NAME)
        return
    document = checks.attempt("manifest_readable", "a signed document", read_document, file, at=MANIFEST_NAME)
    if document is None:
        return
    checks.extend(check_signatures(document, trust, {"bank"}))
    detail = f"digest {digest(file)}"
    manifest = checks.attempt("manifest_complete", detail, parse_manifest, document, digest(file), at=MANIFEST_NAME)
    if manifest is not None:
        _check_manifest(manifest, checks)
        _check_forms(manifest, entries, checks)
        check_reseal(manifest, opener, checks)
        _open_forms(manifest, entries, opener, checks)


def verify_manifest(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a paper's manifest alone, without the forms it names."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        document = checks.attempt("manifest_readable", "a signed document", read_document, data)
        if document is not None:
            checks.extend(check_signatures(document, trust, {"bank"}))
            manifest = checks.attempt("manifest_complete", digest(data), parse_manifest, document, digest(data))
            if manifest is not None:
                _check_manifest(manifest, checks)
                check_reseal(manifest, opener, checks)
    return checks.report(path, "paper manifest")


def _check_manifest(manifest: Manifest, checks: Checklist) -> None:
    checks.each("custodians_distinct", _custodian_faults(manifest), f"{len(manifest.custodians)} different persons")
    checks.hold(
        "nobody_opens_alone",
        2 <= manifest.threshold <= len(manifest.custodians),
        f"{manifest.threshold} of {len(manifest.custodians)} custodians are needed",
    )
    checks.hold(
        "dates_in_order",
        manifest.not_before_ms < manifest.expires_ms,
        f"opens from {manifest.not_before_ms}, expires {manifest.expires_ms}",
    )
    checks.each("slots_complete", _slot_faults(manifest), "every custodian has one share of every form")


def check_reseal(manifest: Manifest, opener: Opener | None, checks: Checklist) -> None:
    """Of a re-sealed paper: two persons, enough custodians, and no form changed since a manifest lying beside it."""
    reseal = manifest.reseal
    if reseal is None:
        return
    checks.hold(
        "resealed_by_two", reseal.asked_by != reseal.approved_by, f"{reseal.asked_by}, {reseal.approved_by}", "reseal"
    )
    distinct = len(set(reseal.released))
    checks.hold("resealed_by_custodians", distinct >= 2, f"shares of {', '.join(reseal.released)}", "reseal")
    checks.hold("newest_of_its_line", manifest.digest not in reseal.supersedes, "it supersedes others only", "reseal")
    for path in opener.companions if opener else ():
        found = _manifest_in(path)
        if found is not None and found.manifest.digest in reseal.supersedes:
            faults = reseal_faults(found.manifest, manifest)
            checks.each("reseal_kept_forms", faults, f"every form is that of {found.manifest.digest}")


def reseal_faults(old: Manifest, new: Manifest) -> Iterator[tuple[str, str]]:
    """(place, detail) of everything a re-sealing changed that it may not change."""
    for name in ("paper", "title", "occupation_code", "level", "standard", "scope", "not_before_ms", "expires_ms"):
        if getattr(old, name) != getattr(new, name):
            yield name, f"{getattr(new, name)}, it was {getattr(old, name)}"
    if [_lasting(form) for form in old.forms] != [_lasting(form) for form in new.forms]:
        yield "forms", "a form is another one"
    released = new.reseal.released if new.reseal else ()
    strangers = sorted(set(released) - {one.custodian for one in old.custodians})
    last = new.reseal is not None and new.reseal.supersedes[-1] == old.digest
    if last and (strangers or len(set(released)) < old.threshold):
        yield "reseal", f"{len(set(released))} custodians released, {old.threshold} of the old ones were needed"


def _lasting(form: SealedForm) -> SealedForm:
    """What of a form no re-sealing changes: everything but its slots."""
    return replace(form, slots=())


def _custodian_faults(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for what, values in (
        ("id", [one.custodian for one in manifest.custodians]),
        ("name", [one.name for one in manifest.custodians]),
        ("signing key", [one.signing_key.hex() for one in manifest.custodians]),
        ("sealing key", [one.sealing_key.hex() for one in manifest.custodians]),
    ):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield f"custodian {value}", f"two custodians share this {what}"


def _slot_faults(manifest: Manifest) -> Iterator[tuple[str, str]]:
    expected = [one.custodian for one in manifest.custodians]
    for form in manifest.forms:
        found = [slot.custodian for slot in form.slots]
        if found != expected:
            yield f"form {form.form}", f"slots are for {found}, custodians are {expected}"


def _form_faults(manifest: Manifest, entries: Entries) -> Iterator[tuple[str, str]]:
    for form in manifest.forms:
        data = entries.get(form.entry)
        if data is None:
            continue
        if len(data) != form.cipher_size:
            yield form.entry, f"{len(data)} bytes, the manifest says {form.cipher_size}"
        elif digest(data) != form.cipher_digest:
            yield form.entry, f"digest {digest(data)}, the manifest says {form.cipher_digest}"


def _check_forms(manifest: Manifest, entries: Entries, checks: Checklist) -> None:
    expected = [MANIFEST_NAME, *(form.entry for form in manifest.forms)]
    found = list(entries)
    checks.each("forms_distinct", _repeated_forms(manifest), f"{len(manifest.forms)} forms")
    faults = [(name, "named in the manifest but missing from the package") for name in expected if name not in found]
    faults += [(name, "in the package but not in the manifest") for name in found if name not in expected]
    if not faults and found != expected:
        faults = [("package", f"entries are in the order {found}")]
    checks.each("entries_complete", faults, "nothing missing, extra or reordered")
    checks.each("form_digest", _form_faults(manifest, entries), "every ciphertext is the one the bank signed")


def _repeated_forms(manifest: Manifest) -> Iterator[tuple[str, str]]:
    ids = [form.form for form in manifest.forms]
    for form_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"form {form_id}", "it occurs twice"
    if not any(not form.reserve for form in manifest.forms):
        yield manifest.paper, "there is no regular form"


def _custodian_of(manifest: Manifest, pair: KeyPair) -> str | None:
    for custodian in manifest.custodians:
        if custodian.sealing_key == pair.sealing.public_raw:
            return custodian.custodian
    return None


def _open_forms(manifest: Manifest, entries: Entries, opener: Opener | None, checks: Checklist) -> None:
    """With custodian keys: their shares open; with enough of them: every form opens and is what was promised."""
    holders = [(_custodian_of(manifest, pair), pair) for pair in (opener.pairs if opener else ())]
    known = {holder: pair for holder, pair in holders if holder is not None}
    if not known:
        return
    for form in manifest.forms:
        whose = f"shares of {', '.join(known)}"
        shares = checks.attempt("shares_open", whose, _shares, manifest, form.form, known, at=f"form {form.form}")
        if shares is not None and len(shares) >= manifest.threshold and form.entry in entries:
            _open_form(manifest, form.form, entries[form.entry], shares, checks)


def _shares(manifest: Manifest, form_id: str, known: dict[str, KeyPair]) -> list[Share]:
    return [open_share(manifest, form_id, holder, pair.sealing) for holder, pair in known.items()]


def _open_form(manifest: Manifest, form_id: str, data: bytes, shares: list[Share], checks: Checklist) -> None:
    place = f"form {form_id}"
    detail = "its content has the promised digest"
    content = checks.attempt("form_opens", detail, _opened, manifest, form_id, data, shares, at=place)
    if content is not None:
        checks.attempt("form_content", "items and assets", _check_content, manifest, form_id, content, at=place)


def _opened(manifest: Manifest, form_id: str, data: bytes, shares: list[Share]) -> Json:
    key = join_form_key(manifest, shares)
    check_form_key(manifest, form_id, key)
    return open_form(manifest, form_id, data, key)


def _check_content(manifest: Manifest, form_id: str, content: Json) -> None:
    """Raises MalformedField unless form id, items, versions and assets are what the manifest promises."""
    form = manifest.form(form_id)
    fields = Fields(content, form_id)
    if fields.text("form") != form_id:
        raise _content_fault(f"{form_id}.form", "另一份试卷", "it is another form")
    for section in fields.many("sections"):
        for item in section.many("items"):
            _ = (item.text("id"), item.text("code"), item.integer("version"))
    versions = item_versions(content)
    if len(versions) != form.items or digest_of(versions, "exam.item-versions", 1) != form.item_versions_digest:
        raise _content_fault(f"{form_id}.sections", "试题与清单不符", "the items are not those of the manifest")
    for name, asset in fields.within("assets").all():
        if digest(unb64u(Fields(asset, name).text("data", 10**8))) != name:
            raise _content_fault(f"{form_id}.assets.{name}", "图片摘要不符", "the asset has another digest")


def _content_fault(place: str, reason_zh: str, reason_en: str) -> MalformedField:
    return MalformedField(place=place, reason_zh=reason_zh, reason_en=reason_en)


def verify_key_package(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a sealed key package; with the grading key in `opener` also the answer keys inside."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        package = checks.attempt("keys_readable", "a key package, well-formed", read_key_package, data)
        if package is not None:
            checks.extend(check_signatures(package.document, trust, {"bank"}))
            manifest = _companion(package.manifest_digest, trust, opener, checks)
            _open_keys(package, manifest, opener, checks)
    return checks.report(path, "key package")


def _open_keys(package: KeyPackage, manifest: Manifest | None, opener: Opener | None, checks: Checklist) -> None:
    if manifest is not None:
        ok = manifest.paper == package.paper
        checks.hold("keys_for_paper", ok, f"keys for {package.paper}, manifest of {manifest.paper}", package.paper)
    for key in opener.sealing_keys() if opener else ():
        if key.id == package.grading_key:
            forms = checks.attempt("keys_open", "the promised digest", open_key_package, package, key)
            if forms is not None:
                checks.attempt("keys_content", f"{len(forms)} forms", _check_keys, forms, manifest)


def _check_keys(forms: list[Json], manifest: Manifest | None) -> None:
    """Raises MalformedField unless every form of the paper has a key for every item."""
    for n, form in enumerate(forms):
        fields = Fields(form, f"keys.forms[{n}]")
        fields.text("form", 80)
        for item, key in fields.within("items").all():
            _check_key(Fields(key, f"keys.forms[{n}].items.{item}"))
        fields.finish()
    if manifest is not None:
        given = {str(form["form"]): len(form["items"]) for form in forms}
        promised = {form.form: form.items for form in manifest.forms}
        if given != promised:
            raise _content_fault("keys.forms", f"应为 {promised}", f"the manifest has {promised}, found {given}")


def _check_key(fields: Fields) -> None:
    _ = (fields.text("code", 80), fields.integer("version", 1), fields.text("type", 40))
    _ = (fields.texts("key", 100), fields.text("points", 20), fields.text("rule", 40))
    for name in ("options", "scoring", "question"):
        if fields.has(name):
            fields.within(name)
    fields.finish()


def verify_release(path: Path, trust: Trust | None, opener: Opener | None) -> Report:
    """Checks a key release; with the paper package beside it also that its signer is a custodian of that paper."""
    checks = Checklist(path.name)
    data = _read(path, checks)
    if data is not None:
        release = checks.attempt("release_readable", "a key release, well-formed", read_release, data)
        if release is not None:
            _check_release(release, trust, opener, checks)
    return checks.report(path, "key release")


def _check_release(release: Release, trust: Trust | None, opener: Opener | None, checks: Checklist) -> None:
    manifest = _companion(release.manifest_digest, trust, opener, checks)
    if manifest is None:
        checks.extend(check_signatures(release.document, trust, {"custodian"}))
        return
    name, detail = release.custodian, "named in the manifest"
    custodian = checks.attempt("custodian_of_paper", detail, manifest.custodian, name, at=name)
    if custodian is not None:
        checks.hold("signature", signed_by(release, custodian), f"by {custodian.name}", release.custodian)
    known = {form.form for form in manifest.forms}
    faults = [(f"form {form}", "the paper has no such form") for form, _ in release.forms if form not in known]
    checks.each("forms_of_paper", faults, f"{len(release.forms)} forms")
    for key in opener.sealing_keys() if opener else ():
        if key.id == release.hall:
            detail = "every share is the one the bank sealed"
            checks.attempt("shares_open", detail, open_release, release, manifest, key, release.sitting, at=name)


def _companion(manifest_digest: str, trust: Trust | None, opener: Opener | None, checks: Checklist) -> Manifest | None:
    """The manifest with this digest, or one re-sealed from it, among the companions; None when none is there."""
    for path in opener.companions if opener else ():
        found = _manifest_in(path)
        if found is None or manifest_digest not in found.manifest.lineage:
            continue
        if checks.extend(check_signatures(found.document, trust, {"bank"})):
            checks.hold("manifest_found", True, path.name, path.name)
            return found.manifest
    return None


@dataclass(frozen=True)
class _Found:
    document: Document
    manifest: Manifest


def _manifest_in(path: Path) -> _Found | None:
    try:
        data = path.read_bytes()
        file = read_archive(data).get(MANIFEST_NAME, b"") if data[:2] == b"PK" else data
        document = read_document(file)
        return _Found(document, parse_manifest(document, digest(file)))
    except (OSError, ExamError, json.JSONDecodeError):
        return None
