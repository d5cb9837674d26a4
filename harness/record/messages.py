"""Headers and answers as a cassette has them, of what servers hand over as lists of pairs."""

from __future__ import annotations

from collections.abc import Iterable

from harness.cassette.format import Response
from harness.record.forward import end_to_end


def by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name.title()] = (*found.get(name.title(), ()), value)
    return found


def response_of(status: str, pairs: Iterable[tuple[str, str]], content: bytes) -> Response:
    code, _, reason = status.partition(" ")
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        headers[name] = (*headers.get(name, ()), value)
    return Response(int(code), reason or None, end_to_end(headers), content or None)
