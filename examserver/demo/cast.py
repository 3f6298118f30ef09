"""The people of the demo: every act that needs another person has another person. Passwords are made for each run."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from examserver.demo.client import Person
from examserver.kernel.access import system_actor
from examserver.kernel.crypto.keys import KeyPair, write_key_file
from examserver.plumbing.files import SECRET, write_durably
from examserver.plumbing.identity import create_account
from examserver.plumbing.runtime import RoleRuntime
from examserver.plumbing.work import open_work

PEOPLE: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "bank": [
        ("bank-admin", "题库管理员 韩梅", ("bank_admin",)),
        ("author", "命题专家 陈立", ("item_author",)),
        ("reviewer", "审题专家 林芳", ("item_reviewer",)),
        ("approver", "题库主任 赵岩", ("item_approver",)),
        ("keeper", "题库入库员 冯源", ("bank_keeper",)),
        ("analyst", "试题分析员 唐棠", ("item_analyst",)),
        ("assembler", "组卷员 周敏", ("paper_assembler",)),
        ("paper-approver", "卷库主任 吴刚", ("paper_approver",)),
        ("sealer", "封卷员 郑洁", ("paper_sealer",)),
        ("custody", "保密专员 梁燕", ("custody_officer",)),
    ],
    "authority": [
        ("authority-admin", "机构管理员 孙涛", ("authority_admin",)),
        ("plan-officer", "考务员 刘洋", ("plan_officer",)),
        ("plan-approver", "考务主任 何静", ("plan_approver",)),
        ("grader", "阅卷员 马超", ("grading_officer",)),
        ("approver-a", "成绩核定 黄蓉", ("result_approver",)),
        ("approver-b", "成绩复核 郭靖", ("result_approver",)),
        ("certifier", "证书管理 杨康", ("certificate_officer",)),
        ("supervisor", "监督员 穆清", ("supervisor",)),
    ],
    "hall": [
        ("hall-admin", "考点管理员 徐磊", ("hall_admin",)),
        ("chief", "主考 沈宁", ("chief_invigilator",)),
        ("invigilator", "监考员 高燕", ("invigilator",)),
        ("quality", "质量督导员 方正", ("quality_supervisor",)),
    ],
}
CUSTODIANS = ("保管人 甲 宋词", "保管人 乙 唐诗", "保管人 丙 元曲")


@dataclass(frozen=True)
class Custodian:
    """A custodian with key file and passphrase in their own folder, outside the hall."""

    name: str
    pair: KeyPair
    key_file: Path
    passphrase: str


@dataclass
class Cast:
    """Everybody, by role and login."""

    people: dict[tuple[str, str], Person] = field(default_factory=dict)
    custodians: list[Custodian] = field(default_factory=list)

    def __getitem__(self, key: tuple[str, str]) -> Person:
        return self.people[key]

    def sign_in(self) -> None:
        """Sign everybody in."""
        for person in self.people.values():
            person.sign_in()


def make_cast(runtimes: dict[str, RoleRuntime], base: str, ca: Path, folder: Path) -> Cast:
    """Create every account in its role's database and every custodian's key file."""
    cast = Cast()
    for role, rows in PEOPLE.items():
        for login, name, roles in rows:
            password = secrets.token_urlsafe(9)
            with open_work(runtimes[role], system_actor("demo")) as work:
                create_account(work, login, name, list(roles), password)
            cast.people[role, login] = Person(base, ca, role, login, name, password)
    for number, name in enumerate(CUSTODIANS, 1):
        cast.custodians.append(_custodian(name, folder / f"custodian-{number}"))
    return cast


def _custodian(name: str, folder: Path) -> Custodian:
    pair, passphrase = KeyPair.generate(), secrets.token_urlsafe(12)
    key_file = folder / "custodian.key.json"
    write_durably(key_file, write_key_file(pair, name, passphrase), SECRET)
    write_durably(folder / "passphrase.txt", passphrase.encode(), SECRET)
    return Custodian(name, pair, key_file, passphrase)
