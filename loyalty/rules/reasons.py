"""Why something is as it is: a code, and the codes and numbers that its sentence needs."""

from typing import NamedTuple


class Reason(NamedTuple):
    code: str
    data: tuple[tuple[str, int | str], ...] = ()

    def as_json(self) -> dict[str, int | str]:
        return {"code": self.code, **dict(self.data)}
