"""A signer: a key together with the role it signs in and the name that is shown."""

from dataclasses import dataclass

from examserver.kernel.crypto.keys import SigningKey


@dataclass(frozen=True)
class Signer:
    """Who signs: role as in the trust list (bank, authority, hall, …), name, key."""

    role: str
    name: str
    key: SigningKey
