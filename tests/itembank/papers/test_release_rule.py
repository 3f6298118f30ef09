"""Scenario E4: two distinct persons, on distinct devices, inside the window; everything else is refused."""

from itembank.papers.release_rule import Outcome, Submission, Window, judge_submission

START = 9 * 60
WINDOW = Window((START - 30) * 60_000, (START + 30) * 60_000)


def at(clock: str, who: str = "cus_01", name: str = "周保管", device: str = "令牌甲") -> Submission:
    hours, minutes = clock.split(":")
    return Submission(who, name, device, (int(hours) * 60 + int(minutes)) * 60_000)


SECOND = ("cus_02", "吴保管", "令牌乙")


def test_one_custodian_alone_waits() -> None:
    verdict = judge_submission(at("08:40"), [], WINDOW, 2)
    assert (verdict.outcome, verdict.shares, verdict.needed) == (Outcome.WAITING, 1, 2)


def test_two_custodians_before_the_window_are_both_refused() -> None:
    first = judge_submission(at("08:10"), [], WINDOW, 2)
    second = judge_submission(at("08:10", *SECOND), [], WINDOW, 2)
    assert {first.code, second.code} == {"release.too_early"}


def test_one_person_with_two_accounts_on_one_device_is_refused() -> None:
    first = at("08:35")
    assert (
        judge_submission(at("08:36", "cus_02", "吴保管", "令牌甲 "), [first], WINDOW, 2).code == "release.same_device"
    )
    assert judge_submission(at("08:36", "cus_09", "周保管", "令牌丙"), [first], WINDOW, 2).code == "release.same_person"


def test_two_distinct_custodians_inside_the_window_release() -> None:
    verdict = judge_submission(at("08:35", *SECOND), [at("08:35")], WINDOW, 2)
    assert (verdict.outcome, verdict.shares) == (Outcome.RELEASED, 2)


def test_the_window_opens_at_its_first_and_closes_at_its_last_instant() -> None:
    assert judge_submission(at("08:30"), [], WINDOW, 2).outcome is Outcome.WAITING
    assert judge_submission(at("09:30"), [], WINDOW, 2).code == "release.too_late"


def test_a_release_without_a_device_is_refused() -> None:
    assert judge_submission(at("08:35", device="  "), [], WINDOW, 2).code == "release.no_device"
