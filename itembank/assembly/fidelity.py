"""Whether a form's documents say what the bank says: words, keys, scoring, cases and figures of every item.

Part of the independent checker: it translates the letters shown back into the bank's, whatever the type, and compares.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from examserver.kernel.canonical import digest, unb64u
from itembank.assembly.facts import BankItem, CheckFacts, FormCheck, items_in, named
from itembank.items.content import ItemContent, assets_of, read_content
from itembank.items.kinds import ITEM_TYPES

Json = dict[str, Any]
ORDERED = ("ordering", "inline_choice")


def check_fidelity(content: Json, key: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    """Everything about what the documents say."""
    yield from _check_key(content, key, facts)
    yield named("altered_items", [item["code"] for item in items_in(content) if not _is_unaltered(item, key, facts)])
    yield named("orders_given_away", [item["code"] for item in items_in(content) if _tells_its_order(item, key)])
    yield named("cases_altered", sorted(_altered_cases(content, facts)))
    yield _check_figures(content)


def _check_key(content: Json, key: Json, facts: CheckFacts) -> Iterator[FormCheck]:
    items, keyed = items_in(content), key["items"]
    yield named("items_without_key", sorted({item["id"] for item in items} ^ set(keyed)))
    yield named("wrong_keys", [item["id"] for item in items if not _key_is_right(item, keyed.get(item["id"]), facts)])
    yield FormCheck("form_of_key", str(content["form"]), str(key["form"]), content["form"] == key["form"])
    wrong = [item["id"] for item in items if not _rubric_adds_up(item, keyed.get(item["id"]))]
    yield named("rubrics_not_worth_their_points", wrong)
    told = [
        item["id"] for item in items if keyed.get(item["id"], {}).get("question") != _question(item, content, keyed)
    ]
    yield named("questions_for_markers_altered", told)


def _key_is_right(item: Json, keyed: Json | None, facts: CheckFacts) -> bool:
    """Translate what is shown back into the bank's words and compare key, points, rule and scoring with the bank's."""
    own = facts.bank.get(item["code"])
    if keyed is None or own is None:
        return False
    said = (keyed["code"], keyed["version"], keyed["type"], keyed["points"])
    if said != (item["code"], item["version"], item["type"], item["points"]):
        return False
    back = _translated(item["type"], keyed["key"], keyed["options"])
    right = list(own.body.key) if item["type"] in ORDERED else sorted(own.body.key)
    return back == right and _scored_as(keyed, own)


def _translated(kind: str, shown: Sequence[str], options: Mapping[str, str]) -> list[str] | None:
    """The key in the bank's letters; None when a letter stands for nothing."""
    if kind == "matching":
        pairs = [pair.split("-") for pair in shown]
        if any(len(pair) != 2 or not set(pair) <= set(options) for pair in pairs):
            return None
        return sorted(f"{options[left]}-{options[right]}" for left, right in pairs)
    if not set(shown) <= set(options):
        return None
    back = [options[each] for each in shown]
    return back if kind in ORDERED else sorted(back)


def _scored_as(keyed: Json, own: BankItem) -> bool:
    scoring = dict(own.body.scoring)
    rule = scoring.pop("rule", ITEM_TYPES[own.body.content.type].rule)
    return bool(keyed["rule"] == rule and keyed.get("scoring", {}) == scoring)


def _rubric_adds_up(item: Json, keyed: Json | None) -> bool:
    """What a person may give for the criteria of a rubric is what the item is worth."""
    rubric = (keyed or {}).get("scoring", {}).get("rubric")
    if not rubric:
        return True
    return sum(_hundredths(each["points"]) for each in rubric) == _hundredths(item["points"])


def _question(item: Json, content: Json, keyed: Json) -> Json | None:
    """What a person who marks an item is shown of it: the same as the candidate; None where nobody marks."""
    if not keyed.get(item["id"], {}).get("scoring", {}).get("rubric"):
        return None
    case = item.get("case")
    stimulus = content.get("cases", {}).get(case["code"], {}).get("stimulus", []) if case else []
    used = {*assets_of(_as_content(item)), *assets_of(_as_stem(stimulus))}
    return {
        "stem": item["stem"],
        "interaction": item.get("interaction", {}),
        "stimulus": stimulus,
        "assets": {name: asset for name, asset in content["assets"].items() if name in used},
    }


def _hundredths(points: str) -> int:
    return round(float(points) * 100)


def _is_unaltered(item: Json, key: Json, facts: CheckFacts) -> bool:
    """Every item says, letter by letter, what the bank's version says - whatever the order of its options."""
    own, keyed = facts.bank.get(item["code"]), key["items"].get(item["id"])
    if own is None or keyed is None or own.version != item["version"]:
        return False
    wanted, back = own.body.content.as_json(), keyed["options"]
    choices = _all_choices(item)
    if item.get("rule") != own.body.scoring.get("rule"):
        return False
    if len(set(back.values())) != len(back) or set(back) != {each["id"] for each in choices}:
        return False
    shown = {"type": item["type"], "stem": item["stem"], "options": _mapped(item["options"], back)}
    kept = {"type": wanted["type"], "stem": wanted["stem"], "options": _mapped(wanted["options"], None)}
    case, own_case = item.get("case"), own.body.content.case
    same_case = case == ({"code": own_case.code, "place": own_case.place, "size": own_case.size} if own_case else None)
    return (
        shown == kept
        and same_case
        and _plain(item.get("interaction", {}), back) == _plain(wanted.get("interaction", {}), None)
    )


def _all_choices(item: Json) -> list[Json]:
    """Everything that goes by a letter shown: options, targets, options of gaps."""
    interaction = item.get("interaction", {})
    gaps = [each for gap in interaction.get("gaps", []) for each in gap["options"]]
    return [*item["options"], *interaction.get("targets", []), *gaps]


def _mapped(choices: Sequence[Json], back: Mapping[str, str] | None) -> dict[str, Any]:
    """Choices by the bank's letter; two under one letter count as an alteration."""
    found = {back.get(each["id"], "?") if back is not None else each["id"]: each["content"] for each in choices}
    return found if len(found) == len(choices) else {"repeated": len(choices)}


def _plain(interaction: Json, back: Mapping[str, str] | None) -> Json:
    """An interaction in the bank's letters, without the order of what may be shuffled."""
    found = dict(interaction)
    if "targets" in found:
        found["targets"] = _mapped(found["targets"], back)
    if "gaps" in found:
        found["gaps"] = [gap | {"options": _mapped(gap["options"], back)} for gap in found["gaps"]]
    return found


def _tells_its_order(item: Json, key: Json) -> bool:
    """Whether what is to be ordered is shown in the order of the key."""
    keyed = key["items"].get(item["id"], {})
    return bool(item["type"] == "ordering" and [each["id"] for each in item["options"]] == keyed.get("key"))


def _altered_cases(content: Json, facts: CheckFacts) -> set[str]:
    """Cases whose shared material is missing, not the bank's, or nobody's."""
    shown = content.get("cases", {})
    wanted = {}
    for item in items_in(content):
        own = facts.bank.get(item["code"])
        if own is not None and own.body.content.case is not None:
            case = own.body.content.case
            wanted[case.code] = {"stimulus": [block.as_json() for block in case.stimulus]}
    return {code for code in {*shown, *wanted} if shown.get(code) != wanted.get(code)}


def _check_figures(content: Json) -> FormCheck:
    """Every picture and sound named is there under the digest of its bytes, and none besides."""
    used = {asset for item in items_in(content) for asset in assets_of(_as_content(item))}
    used |= {asset for case in content.get("cases", {}).values() for asset in assets_of(_as_stem(case["stimulus"]))}
    sound = {name for name, asset in content["assets"].items() if digest(unb64u(asset["data"])) == name}
    faulty = sorted(used ^ sound) + sorted(set(content["assets"]) - sound)
    return named("figures_missing_or_altered", faulty)


def _as_content(item: Json) -> ItemContent:
    return read_content({name: value for name, value in item.items() if name != "case"} | {"point": ""})


def _as_stem(blocks: list[Json]) -> ItemContent:
    return read_content({"code": "", "type": "", "point": "", "stem": blocks, "options": []})
