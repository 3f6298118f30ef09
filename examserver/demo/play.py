"""Plays the exam: prepares the stage, then the eight steps in order."""

from collections.abc import Callable
from pathlib import Path

from examserver.app import build_runtimes
from examserver.demo.cast import make_cast
from examserver.demo.narrator import Narrator
from examserver.demo.scene import Scene, Wish
from examserver.demo.stage import Stage
from examserver.demo.steps.assembly import assemble, refuse_greedy
from examserver.demo.steps.back import release_publicly, return_responses
from examserver.demo.steps.bank import fill_bank
from examserver.demo.steps.hall import bring_papers, make_staff_keys, release, seat_everybody, start
from examserver.demo.steps.plan import plan_sitting, register_institution
from examserver.demo.steps.proof import (
    compare_answers,
    name_outcome,
    tamper,
    verify_artefacts,
    verify_publicly,
    write_trust,
)
from examserver.demo.steps.results import approve, certify, close_sitting, grade, hand_over, trust_hall_staff
from examserver.demo.steps.sealing import enrol_custodians, exchange_keys, seal
from examserver.demo.steps.sitting import answer, seat_browser, start_hall_camera
from examserver.hall.store import ensure_tls
from examserver.plumbing.settings import Settings

Act = Callable[[Scene], None]
PREPARATIONS: tuple[Act, ...] = (exchange_keys, enrol_custodians, register_institution)
STEPS: tuple[tuple[Act, ...], ...] = (
    (fill_bank,),
    (refuse_greedy, assemble),
    (seal,),
    (plan_sitting,),
    (bring_papers, make_staff_keys, seat_everybody, seat_browser, start_hall_camera, release, start),
    (answer,),
    (close_sitting, hand_over, trust_hall_staff, grade, approve, certify, return_responses, release_publicly),
    (write_trust, verify_artefacts, compare_answers, name_outcome, tamper, verify_publicly),
)


def open_stage(settings: Settings, data: Path, port: int, narrator: Narrator, wish: Wish) -> Scene:
    """Databases, accounts, certificates and processes of a fresh installation."""
    chosen = settings.model_copy(update={"data_dir": data, "port": port})
    runtimes = build_runtimes(chosen)
    stage = Stage(data, port)
    ensure_tls(data / "hall" / "tls", settings.hall.names)
    cast = make_cast(runtimes, stage.base, stage.ca, data / "custodians")
    for runtime in runtimes.values():
        runtime.close()
    try:
        stage.serve()
        stage.start("worker", "examserver.cli", "worker")
        cast.sign_in()
    except BaseException:
        stage.stop()
        raise
    return Scene(stage, cast, narrator, wish)


def play(scene: Scene) -> None:
    """All steps; raises StepFailed or Refusal where one does not go as it must."""
    for prepare in PREPARATIONS:
        prepare(scene)
    for number, acts in enumerate(STEPS, 1):
        with scene.narrator.step(number):
            for act in acts:
                act(scene)
