"""Names replaced and put back, by identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

_INHERITED: Final = object()


@dataclass(frozen=True, slots=True)
class Patch:
    """`make`: what stands in place of what was there, which it is given."""

    target: Any
    name: str
    make: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Applied:
    target: Any
    name: str
    new: Any
    before: Any

    def undo(self) -> bool:
        """Put back what was there. False, and nothing is touched, if somebody else replaced the name meanwhile.

        What was there before, or is inherited, somebody else may have put back: that is as good.
        """
        there = vars(self.target).get(self.name, _INHERITED)
        if there is not self.new:
            return there is self.before or there is _inherited(self.target, self.name)
        if self.before is _INHERITED:
            delattr(self.target, self.name)
        else:
            setattr(self.target, self.name, self.before)
        return True

    def __str__(self) -> str:
        return f"{getattr(self.target, '__qualname__', None) or self.target.__name__}.{self.name}"


def _inherited(target: Any, name: str) -> Any:
    bases = target.__mro__[1:] if isinstance(target, type) else ()
    return next((vars(base)[name] for base in bases if name in vars(base)), _INHERITED)


def applied(patch: Patch) -> Applied:
    before = vars(patch.target).get(patch.name, _INHERITED)
    new = patch.make(getattr(patch.target, patch.name))
    setattr(patch.target, patch.name, new)
    return Applied(patch.target, patch.name, new, before)
