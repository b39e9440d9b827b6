"""Everything random in an org, from one seed: the same seed always gives the same org."""

from __future__ import annotations

import hashlib
import string

BASE32 = string.ascii_uppercase + "234567"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECK = string.ascii_uppercase + "012345"


def to_18(id15: str) -> str:
    """The 18-character, case-safe form of a 15-character Salesforce id."""
    checks = []
    for start in (0, 5, 10):
        bits = sum(1 << i for i, char in enumerate(id15[start : start + 5]) if char.isupper())
        checks.append(_CHECK[bits])
    return id15 + "".join(checks)


class Seeded:
    """Deterministic text by name: asking twice for the same name gives the same answer."""

    def __init__(self, *parts: object) -> None:
        self._root = "|".join(str(part) for part in parts)
        self._count: dict[str, int] = {}

    def text(self, name: str, length: int, alphabet: str = BASE62) -> str:
        """``length`` characters of ``alphabet`` that depend on the seed and ``name`` only."""
        out: list[str] = []
        block = 0
        while len(out) < length:
            digest = hashlib.sha256(f"{self._root}|{name}|{block}".encode()).digest()
            out.extend(alphabet[byte % len(alphabet)] for byte in digest)
            block += 1
        return "".join(out[:length])

    def next_name(self, kind: str) -> str:
        """``app1``, ``app2``, ...: names for things that come one after the other."""
        self._count[kind] = self._count.get(kind, 0) + 1
        return f"{kind}{self._count[kind]}"

    def record_id(self, prefix: str, name: str) -> str:
        """A 15-character record id with a three-character key prefix (``0xI`` for an External Client App)."""
        return f"{prefix}WV0000{self.text(f'id:{prefix}:{name}', 5)}Y"

    def consumer_key(self, name: str) -> str:
        """A consumer key in the shape of real ones: ``3MVG9`` and 80 more characters."""
        return "3MVG9" + self.text(f"key:{name}", 80, BASE62 + "._")

    def consumer_secret(self, name: str) -> str:
        """A consumer secret in the shape of real ones: 64 upper-case hexadecimal digits."""
        return self.text(f"secret:{name}", 64, "0123456789ABCDEF")
