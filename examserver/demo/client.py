"""One person at a browser, in code: signs in, sends what the pages send, tells a refusal in the server's words."""

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from examserver.kernel.errors import ExamError

Json = dict[str, Any]


class StepFailed(ExamError):
    """A step of the demo did not go as it must."""

    code = "demo.step_failed"
    message_zh = "演示步骤失败：{what}"
    message_en = "A step of the demo failed: {what}"
    next_zh = "请查看数据目录下 logs 中的日志"
    next_en = "Look at the logs under the data directory"


class Refusal(Exception):
    """The server refused: status and the one error shape."""

    def __init__(self, status: int, body: Json) -> None:
        self.status, self.body, self.code = status, body, str(body.get("code", ""))
        super().__init__(f"{status} {self.code}: {body.get('message', '')} {body.get('next', '')}")


class Person:
    """A member of staff of one role, signed in over HTTPS."""

    def __init__(self, base: str, ca: Path, role: str, login: str, name: str, password: str) -> None:
        self.base, self.role, self.login, self.name, self.password = base, role, login, name, password
        self._http = httpx.Client(base_url=base, verify=ssl.create_default_context(cafile=str(ca)), timeout=120)

    def sign_in(self) -> "Person":
        """Sign in (again); needed once before anything else."""
        answer = self._checked(
            self._http.post(f"/api/{self.role}/sign-in", json={"login": self.login, "password": self.password})
        )
        self._http.headers["X-Exam-Csrf"] = answer.json()["csrf"]
        return self

    def get(self, path: str, **query: Any) -> Any:
        """GET and the JSON answer."""
        return self._checked(self._http.get(path, params=query)).json()

    def post(self, path: str, body: Json | None = None) -> Any:
        """POST JSON and the JSON answer."""
        return self._checked(self._http.post(path, json=body or {})).json()

    def upload(self, path: str, files: dict[str, Path], form: Json | None = None) -> Any:
        """POST files (and fields) as a form."""
        parts = {field: (file.name, file.read_bytes()) for field, file in files.items()}
        return self._checked(self._http.post(path, files=parts, data=form or {})).json()

    def download(self, path: str, to: Path) -> Path:
        """GET a file."""
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(self._checked(self._http.get(path)).content)
        return to

    def wait_job(self, job_id: str, tell: Callable[[int, str], None], timeout_s: int = 600) -> Json:
        """Watch a job until it is done; raises StepFailed with its reason."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            job: Json = self.get(f"/api/{self.role}/jobs/{job_id}")
            tell(job["percent"], job["note_zh"])
            if job["state"] == "done":
                result: Json = job["result"] or {}
                return result
            if job["state"] == "failed":
                raise StepFailed(what=f"{job['kind']}: {job['error']}")
            time.sleep(0.2)
        raise StepFailed(what=f"job {job_id} took more than {timeout_s} s")

    @staticmethod
    def _checked(answer: httpx.Response) -> httpx.Response:
        if answer.status_code >= 400:
            try:
                body = answer.json()
            except ValueError:
                body = {"code": "http", "message": answer.text[:200]}
            raise Refusal(answer.status_code, body)
        return answer


def must_refuse(act: Callable[[], Any], *codes: str) -> Refusal:
    """The refusal an act must meet; raises StepFailed when it goes through or is refused for another reason."""
    try:
        act()
    except Refusal as refusal:
        if codes and refusal.code not in codes:
            raise StepFailed(what=f"refused as {refusal.code}, expected {' or '.join(codes)}") from None
        return refusal
    raise StepFailed(what=f"should have been refused as {' or '.join(codes) or 'anything'}")
