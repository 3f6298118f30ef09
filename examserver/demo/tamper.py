"""Tampers with copies of what the exam left behind, as insiders and thieves would, and says who noticed what.

Each function works in a folder of its own, runs the product's own checks as a stranger would, and returns the words in
which the tampering was named ("" when nobody noticed).
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from examserver.demo.scene import Scene
from examserver.kernel.archive import read_archive, write_archive
from examserver.kernel.canonical import digest


def _folder(scene: Scene, name: str) -> Path:
    folder = scene.stage.data / "tampered" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(scene.folder / "trust.json", folder)
    return folder


def _named(*words: str) -> str:
    """The failed checks of a report in words; empty when the report is clean or could not be made."""
    command = [sys.executable, "-m", "examserver.cli", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return ""
    failed = [check for check in report["checks"] if not check["ok"]]
    if report["ok"] or done.returncode == 0 or not failed:
        return ""
    return "; ".join(f"{check['name']} {check['place']} {check['detail']}".strip() for check in failed[:3])


def _with_changed_entry(archive: Path, copy: Path, prefix: str) -> None:
    """A well-formed copy of a ZIP artefact in which one byte of the first entry under `prefix` differs."""
    entries = list(read_archive(archive.read_bytes()).items())
    place = next(index for index, (name, _) in enumerate(entries) if name.startswith(prefix))
    name, data = entries[place]
    middle = len(data) // 2
    entries[place] = (name, data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    copy.write_bytes(write_archive(entries))


def package_byte(scene: Scene) -> str:
    """One byte of a sealed form is changed, the ZIP around it rebuilt as if nothing had happened."""
    copy = _folder(scene, "package") / scene.facts["package"].name
    _with_changed_entry(scene.facts["package"], copy, "forms/")
    return _named("verify", str(copy))


def record_answer(scene: Scene) -> str:
    """One candidate's sealed answers in the record are changed, the ZIP around them rebuilt."""
    copy = _folder(scene, "record") / scene.facts["record"].name
    _with_changed_entry(scene.facts["record"], copy, "sessions/")
    return _named("verify", str(copy))


def _authority_copy(scene: Scene, name: str) -> Path:
    """A copy of the authority's database and files, as a database administrator would hold it."""
    data = _folder(scene, name) / "data"
    source = scene.stage.data / "authority"
    shutil.copytree(source, data / "authority", ignore=shutil.ignore_patterns("*.db", "*.db-wal", "*.db-shm"))
    with sqlite3.connect(source / "authority.db") as live, sqlite3.connect(data / "authority" / "authority.db") as copy:
        live.backup(copy)
    return data


def _edit(data: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    with sqlite3.connect(data / "authority" / "authority.db") as database:
        for statement, values in statements:
            database.execute(statement, values)


def database_score(scene: Scene) -> str:
    """A score is raised in the authority's database."""
    data = _authority_copy(scene, "score")
    with sqlite3.connect(data / "authority" / "authority.db") as database:
        result, score = database.execute("SELECT id, score FROM grading_result ORDER BY ticket LIMIT 1").fetchone()
    _edit(data, ("UPDATE grading_result SET score = ? WHERE id = ?", (str(int(float(score)) + 3), result)))
    return _named("--data", str(data), "authority", "fsck")


def certificate_without_result(scene: Scene) -> str:
    """A certificate row is copied under a new number, for somebody who never sat the exam."""
    data = _authority_copy(scene, "certificate")
    with sqlite3.connect(data / "authority" / "authority.db") as database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM certificate LIMIT 1").fetchone())
    forged = row["number"][:-6] + "999999"
    document = row["document"].replace(row["number"], forged)
    row |= {"number": forged, "document": document, "digest": digest(document.encode()), "name": "冒名者"}
    row |= {"candidate": "cnd_00000000000000000000000000", "result": "res_00000000000000000000000000"}
    marks = ", ".join("?" for _ in row)
    columns = ", ".join(f'"{name}"' for name in row)
    _edit(data, (f"INSERT INTO certificate ({columns}) VALUES ({marks})", tuple(row.values())))
    return _named("--data", str(data), "authority", "fsck")


def video_segment(scene: Scene) -> str:
    """A segment of a recording is deleted."""
    manifest = sorted((scene.stage.data / "hall" / "video").glob("*.video.json"))[0]
    folder = _folder(scene, "video")
    recording = manifest.name.removesuffix(".video.json")
    shutil.copy(manifest, folder)
    shutil.copytree(manifest.parent / recording, folder / recording)
    segments = sorted((folder / recording).glob("*.seg"))
    segments[len(segments) // 2].unlink()
    return _named("verify", str(folder / manifest.name))


TAMPERINGS: dict[str, Callable[[Scene], str]] = {
    "package_byte": package_byte,
    "record_answer": record_answer,
    "database_score": database_score,
    "certificate_without_result": certificate_without_result,
    "video_segment": video_segment,
}
