"""Key files on disk: what custodians and the persons of a ceremony bring with them."""

from collections.abc import Sequence
from pathlib import Path

from examserver.kernel.crypto.keys import KeyPair, read_key_file
from examserver.kernel.errors import Invalid


class BadPassphraseFile(Invalid):
    """The passphrase must hold at least ten characters."""

    code = "custodian.passphrase"
    message_zh = "口令文件中的口令至少需要 10 个字符"
    message_en = "The passphrase in the file needs at least 10 characters"
    next_zh = "请换用更长的口令"
    next_en = "Use a longer passphrase"


class KeysWithoutPassphrases(Invalid):
    """Every key file needs its passphrase file."""

    code = "custodian.keys_unpaired"
    message_zh = "给出 {keys} 个密钥文件、{passphrases} 个口令文件，数量须相同"
    message_en = "{keys} key files and {passphrases} passphrase files were given; there must be as many"
    next_zh = "请按相同次序给出 --key 和 --passphrase-file"
    next_en = "Give --key and --passphrase-file in the same order"


def read_passphrase(path: Path) -> str:
    """The passphrase in a file; raises BadPassphraseFile."""
    text = path.read_text("utf-8").strip()
    if len(text) < 10:
        raise BadPassphraseFile()
    return text


def key_pairs(keys: Sequence[Path], passphrases: Sequence[Path]) -> list[KeyPair]:
    """The opened key files; raises KeysWithoutPassphrases, NotAKeyFile or WrongPassphrase."""
    if len(keys) != len(passphrases):
        raise KeysWithoutPassphrases(keys=len(keys), passphrases=len(passphrases))
    pairs = zip(keys, passphrases, strict=True)
    return [read_key_file(key.read_bytes(), read_passphrase(phrase)) for key, phrase in pairs]
