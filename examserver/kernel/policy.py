"""Decides which policy value holds in a province on a day.

For: every rule that needs a number the policies leave open (late entry, ratios, cut score, release window).
Source: the profile files under config/policy; each value carries its unit, source, dates and approver, and the
values used for a sitting travel inside its signed order.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from examserver.kernel.errors import Invalid, Missing

Scalar = str | int | bool | list[str]
_FIELDS = {"name", "value", "unit", "source", "from", "until", "approver"}


class PolicyFileInvalid(Invalid):
    code = "policy.file_invalid"
    message_zh = "政策文件 {profile} 有误：{problem}。"
    message_en = "The policy file {profile} is not valid: {problem}."
    next_zh = "请修改 config/policy 下的文件。"
    next_en = "Correct the file under config/policy."


class PolicyValueMissing(Missing):
    code = "policy.value_missing"
    message_zh = "政策配置 {profile} 在 {on} 没有 {name} 的有效值。"
    message_en = "Policy profile {profile} has no value of {name} on {on}."
    next_zh = "请在 config/policy 的文件中补充该值及其来源、日期。"
    next_en = "Add the value with its source and dates to the file under config/policy."


@dataclass(frozen=True)
class PolicyValue:
    """One dated value; until is exclusive."""

    name: str
    value: Scalar
    unit: str
    source: str
    valid_from: date
    valid_until: date | None
    approver: str


@dataclass(frozen=True)
class Profile:
    """One province's values over those it is based on."""

    profile: str
    name: str
    based_on: str | None
    values: tuple[PolicyValue, ...]


def read_profile(text: str) -> Profile:
    """Return the profile a TOML text declares, or raise PolicyFileInvalid."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFileInvalid(profile="?", problem=str(error)) from error
    profile = str(raw.get("profile", "?"))
    values = tuple(_read_value(profile, entry) for entry in raw.get("value", []))
    return Profile(profile, str(raw.get("name", profile)), raw.get("based_on"), values)


def layered(profile: Profile, base: Profile | None) -> Profile:
    """Return the profile with the base's values behind its own; an own name hides the base's."""
    if base is None:
        return profile
    own = {value.name for value in profile.values}
    return Profile(
        profile.profile,
        profile.name,
        profile.based_on,
        profile.values + tuple(value for value in base.values if value.name not in own),
    )


def value_on(profile: Profile, name: str, on: date) -> PolicyValue:
    """Return the value of a name on a day (the latest that has begun), or raise PolicyValueMissing."""
    holding = [value for value in profile.values if value.name == name and _holds(value, on)]
    if not holding:
        raise PolicyValueMissing(profile=profile.profile, name=name, on=on.isoformat())
    return max(holding, key=lambda value: value.valid_from)


def integer_on(profile: Profile, name: str, on: date) -> int:
    """Return an integer value of a name on a day, or raise."""
    value = value_on(profile, name, on).value
    if isinstance(value, bool) or not isinstance(value, int):
        raise PolicyFileInvalid(profile=profile.profile, problem=f"{name} is not an integer")
    return value


def text_on(profile: Profile, name: str, on: date) -> str:
    """Return a text value of a name on a day, or raise."""
    value = value_on(profile, name, on).value
    if not isinstance(value, str):
        raise PolicyFileInvalid(profile=profile.profile, problem=f"{name} is not a text")
    return value


def texts_on(profile: Profile, name: str, on: date) -> list[str]:
    """Return a list of texts of a name on a day, or raise."""
    value = value_on(profile, name, on).value
    if not isinstance(value, list):
        raise PolicyFileInvalid(profile=profile.profile, problem=f"{name} is not a list of texts")
    return value


def applied(profile: Profile, names: tuple[str, ...], on: date) -> dict[str, object]:
    """Return the values used on a day with their sources, as they go into a signed order."""
    return {name: _as_evidence(value_on(profile, name, on)) for name in names}


def replaced(evidence: dict[str, object], value: Scalar, why: str, approver: str) -> dict[str, object]:
    """Return a used value that departs from policy, with the policy value kept in its source."""
    kept = f"{why}; 政策值 {evidence['value']}: {evidence['source']}"
    return evidence | {"value": value, "source": kept[:400], "approver": approver}


def _as_evidence(value: PolicyValue) -> dict[str, object]:
    """Return one value as canonical JSON data."""
    return {
        "value": value.value,
        "unit": value.unit,
        "source": value.source,
        "from": value.valid_from.isoformat(),
        "approver": value.approver,
    }


def _read_value(profile: str, entry: Mapping[str, object]) -> PolicyValue:
    """Return one declared value, or raise naming what is wrong with it."""
    unknown = set(entry) - _FIELDS
    lacking = _FIELDS - {"until"} - set(entry)
    if unknown or lacking:
        names = ", ".join(sorted(unknown | lacking))
        raise PolicyFileInvalid(profile=profile, problem=f"{entry.get('name', '?')}: unknown or missing {names}")
    value, begins, ends = entry["value"], entry["from"], entry.get("until")
    if not isinstance(value, (str, int, list)):
        raise PolicyFileInvalid(profile=profile, problem=f"{entry['name']}: the value is of no accepted kind")
    if not isinstance(begins, date) or not (ends is None or isinstance(ends, date)):
        raise PolicyFileInvalid(profile=profile, problem=f"{entry['name']}: from and until must be dates")
    texts = [str(entry[key]) for key in ("name", "unit", "source", "approver")]
    return PolicyValue(texts[0], value, texts[1], texts[2], begins, ends, texts[3])


def _holds(value: PolicyValue, on: date) -> bool:
    """Return whether the value holds on the day."""
    return value.valid_from <= on and (value.valid_until is None or on < value.valid_until)
