"""An item bank with its persons, and workbooks made row by row, for the tests beside this file."""

import io
from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from PIL import Image

from examserver.plumbing.runtime import load_role_keys
from tests.kit import Person, World, make_world

HEADERS = (
    "编号", "鉴定点", "题型", "题干", "选项A", "选项B", "选项C", "选项D", "选项E",
    "答案", "重要程度", "认知层次", "难度", "图", "来源",
)  # fmt: skip
SPEC_HEADERS = ("代码", "层级", "上级", "名称", "比重", "重要程度", "比例")

Row = dict[str, Any]


def item_row(number: int, point: str = "A-A-001", **changes: Any) -> Row:
    """A sound single-response row; `changes` by header."""
    row: Row = {
        "编号": f"T-{number:05d}",
        "鉴定点": point,
        "题型": "单选题",
        "题干": f"第 {number} 号设备检修后，编号为 {number * 7919 % 99991} 的接线端子应当（　）。",
        "选项A": f"按图纸第 {number} 页复核",
        "选项B": "直接送电",
        "选项C": "拆除保护",
        "选项D": "不必记录",
        "答案": "A",
        "重要程度": "X",
        "认知层次": "理解",
        "难度": 0.65,
    }
    return row | changes


def workbook(rows: Iterable[Row], sheet: str = "试题", headers: Sequence[str] = HEADERS) -> bytes:
    """An Excel workbook with these rows under these headers."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet
    page.append(list(headers))
    for row in rows:
        page.append([row.get(header) for header in headers])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def spec_rows(areas: dict[str, int], points: int) -> list[list[Any]]:
    """Level-1 areas with their weights, one level-2 area each, so many X points below."""
    rows: list[list[Any]] = []
    for area, weight in areas.items():
        ratio = f"{points}:0:0"
        rows.append([area, 1, None, f"领域{area}", weight, None, ratio])
        rows.append([f"{area}-A", 2, area, f"范围{area}", weight, None, ratio])
        rows += [[f"{area}-A-{n:03d}", 3, f"{area}-A", f"要点{area}{n}", None, "X", None] for n in range(1, points + 1)]
    return rows


def spec_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """The specification as CSV in UTF-8."""
    lines = [",".join(SPEC_HEADERS), *(",".join("" if v is None else str(v) for v in row) for row in rows)]
    return "\n".join(lines).encode()


def picture(colour: str = "red", size: int = 12) -> bytes:
    """A small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(stream, "PNG")
    return stream.getvalue()


class Bank:
    """A bank and the persons who work in it; each signs in when first needed, for hashing passwords takes its time."""

    def __init__(self, world: World, bank_id: str, admin: Person) -> None:
        self.world, self.id, self.admin = world, bank_id, admin

    @cached_property
    def author(self) -> Person:
        """Writes and imports items."""
        return self.world.signed_in("bank", "author", "item_author")

    @cached_property
    def reviewer(self) -> Person:
        """Reviews them."""
        return self.world.signed_in("bank", "reviewer", "item_reviewer")

    @cached_property
    def approver(self) -> Person:
        """Approves them."""
        return self.world.signed_in("bank", "approver", "item_approver")

    @cached_property
    def keeper(self) -> Person:
        """Enrols items and declares the bank ready."""
        return self.world.signed_in("bank", "keeper", "bank_keeper")

    @cached_property
    def assembler(self) -> Person:
        """Assembles forms."""
        return self.world.signed_in("bank", "assembler", "paper_assembler")

    @cached_property
    def releaser(self) -> Person:
        """Approves forms."""
        return self.world.signed_in("bank", "releaser", "paper_approver")

    def with_persons(self, **persons: Person) -> "Bank":
        """The same bank with other persons in these places."""
        other = copy(self)
        vars(other).update(persons)
        return other

    def upload(self, data: bytes, name: str = "items.xlsx", figures: bytes = b"", **form: str) -> Any:
        """The answer to a checked upload by the author."""
        files: dict[str, Any] = {"file": (io.BytesIO(data), name)}
        if figures:
            files["figures"] = (io.BytesIO(figures), "figures.zip")
        path = f"/api/bank/banks/{self.id}/imports"
        return self.author.post(path, data=files | form, content_type="multipart/form-data")

    def specify(self, data: bytes, name: str = "spec.csv", **form: str) -> Any:
        """The answer to an uploaded specification."""
        files: dict[str, Any] = {"file": (io.BytesIO(data), name)}
        path = f"/api/bank/banks/{self.id}/specification"
        return self.admin.post(path, data=files | form, content_type="multipart/form-data")

    def take(self, data: bytes, figures: bytes = b"", **form: str) -> str:
        """The id of an accepted import of all good rows."""
        checked = self.upload(data, figures=figures, **form)
        assert checked.status_code == 200, checked.text
        import_id: str = checked.json["id"]
        accepted = self.author.post(f"/api/bank/imports/{import_id}/accept", {"take_good_rows": True})
        assert accepted.status_code == 200, accepted.text
        return import_id

    def sign(self, import_id: str) -> None:
        """Review, approve and enrol a whole import by three other persons, and declare the bank ready."""
        self.approve(import_id)
        enrolled = self.keeper.post("/api/bank/items/enrol", {"import_id": import_id, "verdict": "accept"})
        assert enrolled.status_code == 200, enrolled.text
        self.make_ready()

    def approve(self, import_id: str) -> None:
        """Review and approve a whole import by the two other persons."""
        verdict = {"import_id": import_id, "verdict": "accept", "comment": ""}
        for person, step in ((self.reviewer, "review"), (self.approver, "approve")):
            answer = person.post(f"/api/bank/items/{step}", verdict)
            assert answer.status_code == 200, answer.text

    def make_ready(self) -> None:
        """Declare the bank ready for a phase over the points that have enrolled items; does nothing when it is."""
        path = f"/api/bank/banks/{self.id}"
        programme = self.keeper.get(f"{path}/programme").json
        if programme["readiness"] == "ready":
            return
        filled = [gap["point"] for gap in programme["gaps"] if gap["enrolled"]]
        phase = {"name": "一期", "areas": filled, "per_point": 1}
        acts = [("phases", phase), ("readiness", {"state": "ready"})]
        if programme["contradictions"]:
            acts.insert(0, ("specification/accept-contradictions", {"reason": "以国家标准为准"}))
        for act, body in acts:
            done = self.keeper.post(f"{path}/{act}", body)
            assert done.status_code == 200, done.text

    def fill(self, rows: Iterable[Row]) -> None:
        """Enrolled items of these rows in a bank that is ready."""
        self.sign(self.take(workbook(rows)))

    def assemble(self, blueprint: Row, forms: int, reserve: int, seed: str) -> Any:
        """The finished assembly of a new blueprint."""
        made = self.assembler.post(f"/api/bank/banks/{self.id}/blueprints", blueprint)
        assert made.status_code == 200, made.text
        asked = {"forms": forms, "reserve_forms": reserve, "seed": seed}
        started = self.assembler.post(f"/api/bank/blueprints/{made.json['id']}/assemblies", asked)
        assert started.status_code == 200, started.text
        self.world.run_jobs()
        return self.assembler.get(f"/api/bank/assemblies/{started.json['assembly']}").json


@cache
def role_key_files() -> dict[str, bytes]:
    """The files of one role key: stretching a passphrase is slow on purpose, so all banks of a run share them."""
    with TemporaryDirectory() as folder:
        load_role_keys(Path(folder), "bank")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def lend_keys(folder: Path) -> None:
    """Put the shared key files where a new installation looks for its own."""
    folder.mkdir(parents=True)
    for name, data in role_key_files().items():
        (folder / name).write_bytes(data)


def open_bank(folder: Path, **settings: Any) -> Bank:
    """A fresh installation with one empty bank."""
    lend_keys(folder / "bank")
    world = make_world(folder, roles=("bank",), **settings)
    admin = world.signed_in("bank", "admin", "bank_admin")
    request = {
        "name": "电工四级题库",
        "occupation_code": "6-31-01-03",
        "occupation_name": "电工",
        "level": 4,
        "standard": "人社厅发〔2018〕145号",
    }
    made = admin.post("/api/bank/banks", request)
    assert made.status_code == 200 and made.json, made.text
    return Bank(world, made.json["id"], admin)
