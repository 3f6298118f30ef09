"""The six families every refusal of this system belongs to, and the one shape in which they travel.

A concrete error is a small class beside the rule that raises it: a stable `code`, typed fields, a sentence for the
person in both languages and what to do next. The family decides the HTTP status and who has to act.
"""

from typing import Any, ClassVar

Json = dict[str, Any]


class ExamError(Exception):
    """Base of all refusals; the texts are format strings over the keyword fields given at raise time."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    message_zh: ClassVar[str] = "操作没有完成"
    message_en: ClassVar[str] = "The operation was not completed"
    next_zh: ClassVar[str] = ""
    next_en: ClassVar[str] = ""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(self.text("en"))

    def text(self, lang: str) -> str:
        """The sentence for the person, `zh` or `en`."""
        return _filled(self.message_en if lang == "en" else self.message_zh, self.fields)

    def next_step(self, lang: str) -> str:
        """What the person can do now, `zh` or `en`."""
        return _filled(self.next_en if lang == "en" else self.next_zh, self.fields)

    def as_json(self, lang: str = "zh", request_id: str = "") -> Json:
        """The one JSON shape of every error answer."""
        return {
            "code": self.code,
            "message": self.text(lang),
            "next": self.next_step(lang),
            "fields": self.fields,
            "request_id": request_id,
        }


def for_scripts(error: ExamError) -> Json:
    """What a command that was asked for JSON prints on standard output when it refuses."""
    return {"error": error.as_json() | {"message_en": error.text("en"), "next_en": error.next_step("en")}}


class _Absent(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _filled(text: str, fields: Json) -> str:
    return text.format_map(_Absent(fields))


class Invalid(ExamError):
    """A malformed message or file: the sender must mend it."""

    code = "invalid"
    http_status = 422
    message_zh = "提交的内容不符合要求"
    message_en = "What was sent is not well-formed"
    next_zh = "请按提示改正后重新提交"
    next_en = "Correct it as described and send it again"


class Refused(ExamError):
    """A rule said no: the person is told what is possible."""

    code = "refused"
    http_status = 409
    message_zh = "按规则现在不能这样做"
    message_en = "A rule does not allow this now"


class Denied(ExamError):
    """Not yours: no sign-in, no permission, or another's scope."""

    code = "denied"
    http_status = 403
    message_zh = "您没有这项权限"
    message_en = "You do not have this permission"
    next_zh = "请用有权限的账号登录，或联系管理员"
    next_en = "Sign in with an account that may, or ask an administrator"


class NotSignedIn(Denied):
    """Nobody is signed in on this connection."""

    code = "denied.not_signed_in"
    http_status = 401
    message_zh = "尚未登录或登录已失效"
    message_en = "Not signed in, or the sign-in has ended"
    next_zh = "请重新登录"
    next_en = "Sign in again"


class Missing(ExamError):
    """No such thing within the actor's scope."""

    code = "missing"
    http_status = 404
    message_zh = "没有找到：{what}"
    message_en = "Not found: {what}"
    next_zh = "请返回列表重新选择"
    next_en = "Go back to the list and choose again"


class Unavailable(ExamError):
    """Try again: the client does so by itself after `retry_after_s`."""

    code = "unavailable"
    http_status = 503
    message_zh = "系统暂时繁忙，将自动重试"
    message_en = "Temporarily unavailable; it is tried again by itself"

    def __init__(self, retry_after_s: int = 1, **fields: Any) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(retry_after_s=retry_after_s, **fields)


class Broken(ExamError):
    """Evidence does not verify: alarm and stop; carries both versions."""

    code = "broken"
    http_status = 500
    message_zh = "证据校验不一致：{what}"
    message_en = "Evidence does not verify: {what}"
    next_zh = "请停止操作并通知监督人员"
    next_en = "Stop and tell the supervisors"
