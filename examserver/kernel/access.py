"""Who may do what: one actor, one access rule per endpoint or event, one decision."""

from dataclasses import dataclass, field

from examserver.kernel.errors import Denied, NotSignedIn


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a staff member, a seat, a capture device, the public, or the system itself."""

    id: str
    name: str
    kind: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    scope: str | None = None
    device: str = ""


PUBLIC_ACTOR = Actor(id="public", name="public", kind="public")


def system_actor(name: str) -> Actor:
    """The system acting by itself (the clock closing a sitting, a worker running a job)."""
    return Actor(id=f"system:{name}", name=name, kind="system")


@dataclass(frozen=True)
class Access:
    """An access rule: the kind of actor that may call, and the permission it needs (empty: none)."""

    kind: str
    permission: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.permission}" if self.permission else self.kind


PUBLIC = Access("public")
SIGNED_IN = Access("staff")
SEAT = Access("seat")
DEVICE = Access("device")


def Permit(permission: str) -> Access:
    """A signed-in member of staff holding this permission."""
    return Access("staff", permission)


class NotPermitted(Denied):
    """Signed in, but without the permission."""

    code = "denied.permission"
    message_zh = "您没有“{permission}”权限"
    message_en = "You do not have the permission “{permission}”"


def check_access(actor: Actor, access: Access) -> None:
    """Raise NotSignedIn or NotPermitted unless the actor satisfies the rule."""
    if access.kind == "public" or actor.kind == "system":
        return
    if actor.kind != access.kind:
        raise NotSignedIn()
    if access.permission and access.permission not in actor.permissions:
        raise NotPermitted(permission=access.permission)
