"""What bots asked Graph, as a test looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from harness.cassette.bodies import read
from harness.cassette.format import Headers, Interaction


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and its answer. `status` None: it was not answered; `problem` says why."""

    interaction: Interaction
    problem: str | None = None

    @property
    def method(self) -> str:
        return self.interaction.request.method

    @property
    def url(self) -> str:
        return self.interaction.request.uri

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def version(self) -> str:
        """The first segment of the path."""
        return self.path.lstrip("/").partition("/")[0]

    @property
    def headers(self) -> Headers:
        return self.interaction.request.headers

    @property
    def json(self) -> Any:
        """What was sent; None where that was no JSON."""
        return read(self.interaction.request.body)

    @property
    def status(self) -> int | None:
        return self.interaction.response.status

    @property
    def answer(self) -> Any:
        """What Graph answered; None where that was no JSON."""
        return read(self.interaction.response.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
