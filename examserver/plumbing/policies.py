"""Policy profiles on disk: the values of config/policy that hold in a province."""

from pathlib import Path

from examserver.kernel.errors import Missing
from examserver.kernel.policy import Profile, layered, read_profile
from examserver.plumbing.settings import REPOSITORY

PROFILES = REPOSITORY / "config" / "policy"


class NoSuchProfile(Missing):
    """No policy profile of this name."""

    code = "policy.profile_missing"
    message_zh = "没有名为 {what} 的政策配置。"
    message_en = "There is no policy profile named {what}."
    next_zh = "请选择 config/policy 下已有的配置。"
    next_en = "Choose one that exists under config/policy."


def load_profile(name: str, folder: Path = PROFILES) -> Profile:
    """The profile of this name over the one it is based on; raises NoSuchProfile."""
    path = folder / f"{name}.toml"
    if not name.isidentifier() or not path.is_file():
        raise NoSuchProfile(what=name[:60])
    profile = read_profile(path.read_text("utf-8"))
    return layered(profile, load_profile(profile.based_on, folder) if profile.based_on else None)
