"""Decides whether an untrusted JSON body has exactly the fields its format promises, for every verifier.

Source of the rule: the format documents (`examserver/docs/formats.md`). A missing, unknown or mistyped field is
a fault that names its place, so that a person with the file open finds it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from examserver.kernel.canonical import unb64u
from examserver.kernel.errors import Invalid

T = TypeVar("T")

SAFE_INTEGER = 2**53 - 1
_HEX = frozenset("0123456789abcdef")


class MalformedField(Invalid):
    """A field of a file is missing, unknown or of the wrong kind."""

    code = "file.malformed_field"
    message_zh = "文件中的字段 {place} 有误:{reason_zh}"
    message_en = "Field {place} of the file is wrong: {reason_en}"
    next_zh = "请向文件的出具方索取未经改动的文件。"
    next_en = "Ask whoever issued the file for an unaltered copy."


def is_digest(value: object) -> bool:
    """True for the text `sha256:` and 64 lower-case hexadecimal digits."""
    if not isinstance(value, str) or not value.startswith("sha256:"):
        return False
    digits = value[len("sha256:") :]
    return len(digits) == 64 and set(digits) <= _HEX


def _fault(place: str, reason_zh: str, reason_en: str) -> MalformedField:
    return MalformedField(place=place, reason_zh=reason_zh, reason_en=reason_en)


def parse_json(data: bytes, place: str) -> Any:
    """The JSON value of opened bytes; raises MalformedField instead of a decoder's own errors."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise _fault(place, "不是 JSON", "it is not JSON") from None


class Fields:
    """Reads one JSON object field by field; `finish` refuses the fields nobody asked for."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, Mapping):
            raise _fault(place, "应为对象", "an object is expected")
        self._value: Mapping[str, Any] = value
        self.place = place
        self._read: set[str] = set()

    def _take(self, name: str) -> Any:
        self._read.add(name)
        if name not in self._value:
            raise _fault(self.at(name), "缺失", "it is missing")
        return self._value[name]

    def at(self, name: str) -> str:
        """The dotted place of a field, as printed in faults."""
        return f"{self.place}.{name}" if self.place else name

    def has(self, name: str) -> bool:
        """Whether an optional field is there."""
        return name in self._value

    def any(self, name: str) -> Any:
        """The field as it is, present but unchecked."""
        return self._take(name)

    def text(self, name: str, longest: int = 4000, empty: bool = False) -> str:
        """A string of 1 to `longest` characters (or empty where allowed)."""
        value = self._take(name)
        if not isinstance(value, str):
            raise _fault(self.at(name), "应为文字", "text is expected")
        if len(value) > longest or not (value or empty):
            raise _fault(self.at(name), f"长度应为 1 至 {longest}", f"its length must be 1 to {longest}")
        return value

    def integer(self, name: str, low: int = 0, high: int = SAFE_INTEGER) -> int:
        """A whole number within bounds; true and false are not numbers."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _fault(self.at(name), "应为整数", "a whole number is expected")
        if not low <= value <= high:
            raise _fault(self.at(name), f"应在 {low} 与 {high} 之间", f"it must lie between {low} and {high}")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise _fault(self.at(name), "应为 true 或 false", "true or false is expected")
        return value

    def digest(self, name: str) -> str:
        """A digest string `sha256:…`."""
        value = self._take(name)
        if not is_digest(value):
            raise _fault(self.at(name), "应为 sha256 摘要", "a sha256 digest is expected")
        return str(value)

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """One of the allowed words."""
        value = self._take(name)
        if not isinstance(value, str) or value not in allowed:
            words = ", ".join(allowed)
            raise _fault(self.at(name), f"应为以下之一:{words}", f"it must be one of {words}")
        return value

    def binary(self, name: str, size: int | None = None) -> bytes:
        """Bytes written as base64url without padding, of an exact size where given."""
        value = self._take(name)
        if not isinstance(value, str):
            raise _fault(self.at(name), "应为 base64url 文字", "base64url text is expected")
        try:
            data = unb64u(value)
        except (Invalid, ValueError) as error:
            raise _fault(self.at(name), "不是规范的 base64url", "it is not canonical base64url") from error
        if size is not None and len(data) != size:
            raise _fault(self.at(name), f"应为 {size} 字节", f"it must hold {size} bytes")
        return data

    def nullable(self, name: str, read: Callable[[str], T]) -> T | None:
        """None where the field is null, otherwise what `read` (a method of this object) says."""
        return None if self._take(name) is None else read(name)

    def within(self, name: str) -> "Fields":
        """The nested object, to be read and finished in its turn."""
        return Fields(self._take(name), self.at(name))

    def many(self, name: str, most: int = 1_000_000) -> list["Fields"]:
        """A list of nested objects, at most `most`."""
        return [Fields(value, f"{self.at(name)}[{n}]") for n, value in enumerate(self.values(name, most))]

    def values(self, name: str, most: int = 1_000_000) -> list[Any]:
        """A list of anything, at most `most`."""
        value = self._take(name)
        if not isinstance(value, list):
            raise _fault(self.at(name), "应为列表", "a list is expected")
        if len(value) > most:
            raise _fault(self.at(name), f"最多 {most} 项", f"it may hold at most {most} entries")
        return value

    def all(self) -> list[tuple[str, Any]]:
        """Every entry of an object whose field names are data (ids, digests)."""
        self._read.update(self._value)
        return list(self._value.items())

    def texts(self, name: str, most: int = 1_000_000) -> list[str]:
        """A list of non-empty strings."""
        values = self.values(name, most)
        for n, value in enumerate(values):
            if not isinstance(value, str) or not value:
                raise _fault(f"{self.at(name)}[{n}]", "应为文字", "text is expected")
        return values

    def finish(self) -> None:
        """Raises MalformedField where the object has fields nobody read."""
        unknown = sorted(str(name) for name in self._value if name not in self._read)
        if unknown:
            raise _fault(self.at(unknown[0]), "不是本格式的字段", "the format has no such field")
