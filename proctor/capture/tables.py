"""The hall's capture devices: one row per camera of a sitting, its token kept as a hash."""

from sqlalchemy import BigInteger, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from examserver.plumbing.database import HallBase


class DeviceRow(HallBase):
    """A capture process that may send one camera's video of one sitting."""

    __tablename__ = "capture_device"
    __table_args__ = (UniqueConstraint("sitting", "camera"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sitting: Mapped[str] = mapped_column(String(40), index=True)
    camera: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[str] = mapped_column(String(80), unique=True)
    made_ms: Mapped[int] = mapped_column(BigInteger)


def device_of_token(session: Session, token_hash: str) -> DeviceRow | None:
    """The device behind a token's hash."""
    return session.scalars(select(DeviceRow).where(DeviceRow.token_hash == token_hash)).one_or_none()


def devices_in(session: Session, sitting: str) -> list[DeviceRow]:
    """A sitting's devices by camera."""
    return list(session.scalars(select(DeviceRow).where(DeviceRow.sitting == sitting).order_by(DeviceRow.camera)))
