"""One-time passwords by RFC 4226 over HMAC-SHA-256, as RFC 6238 allows. Pure: standard library only."""

import hmac


def hotp(key: bytes, *, counter: int, digits: int) -> str:
    """The password of the counter, zeros in front included."""
    digest = hmac.digest(key, counter.to_bytes(8, "big"), "sha256")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"
