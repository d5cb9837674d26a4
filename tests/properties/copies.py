"""Equal copies of a document: other identifiers, and everything else that does not count, at random."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from tests.properties.documents import Document, text_of
from tests.properties.identifiers import fresh, renamed_in
from tests.properties.normal import (
    are_swappable,
    by_resource,
    form_of_time,
    is_keyed,
    is_notification,
    told_in,
    unbatched,
    with_told,
)


def copied(document: Document, rng: random.Random) -> Document:
    """Other identifiers, and what `rearranged` does."""
    return rearranged(renamed_in(document, _aliases(rng)), rng)


def rearranged(document: Document, rng: random.Random) -> Document:
    """Members, collections and notifications in another order; other envelopes, times, answers and more headers."""
    interactions = _batched(_interleaved(unbatched(document), rng), lambda: rng.random() < 0.5)
    return {"interactions": [_varied(_shuffled(interaction, rng), rng) for interaction in interactions]}


def _aliases(rng: random.Random) -> Any:
    ids: dict[tuple[str, str], str] = {}

    def alias(kind: str, normal: str) -> str:
        if (kind, normal) not in ids:
            ids[kind, normal] = fresh(kind, rng)
        return ids[kind, normal]

    return alias


def _shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        members = [(name, _shuffled(v, rng)) for name, v in value.items()]
        rng.shuffle(members)
        return dict(members)
    if isinstance(value, list):
        items = [_shuffled(v, rng) for v in value]
        if is_keyed(items):
            rng.shuffle(items)
        return items
    return _other_time(value, rng) if isinstance(value, str) else value


def _other_time(text: str, rng: random.Random) -> str:
    if form_of_time(text) == text or text.endswith("GMT"):
        return text
    return re.sub(r"(?<=:\d\d:)\d\d", lambda _: f"{rng.randrange(60):02}", text, count=1)


def _interleaved(document: Document, rng: random.Random) -> list[Any]:
    """Requests in order, notifications in order of each resource, save for a swap that may happen; else at random."""
    queues = list(by_resource(document).values())
    for queue in queues:
        for n in range(len(queue) - 1):
            if are_swappable(*queue[n : n + 2]) and rng.random() < 0.5:
                queue[n : n + 2] = queue[n + 1], queue[n]
    queues.append([i for i in document["interactions"] if not is_notification(i)])
    out = []
    while any(queues):
        out.append(rng.choice([queue for queue in queues if queue]).pop(0))
    return out


def in_few_envelopes(document: Document) -> Document:
    """The same, with as many notifications in one envelope as may share it."""
    return {"interactions": _batched(document["interactions"], lambda: True)}


def _batched(interactions: list[Any], wanted: Callable[[], bool]) -> list[Any]:
    """Neighbours that may share an envelope do so where wanted."""
    out: list[Any] = []
    for interaction in interactions:
        if out and wanted() and None is not _around(out[-1]) == _around(interaction):
            out[-1] = with_told(out[-1], [*(told_in(out[-1]) or ()), *(told_in(interaction) or ())])
        else:
            out.append(interaction)
    return out


def _around(interaction: Any) -> str | None:
    """All of a notification but what is told; None where it is no envelope."""
    return None if told_in(interaction) is None else text_of(with_told(interaction, []))


def _varied(interaction: Any, rng: random.Random) -> Any:
    """Headers that do not count, names of headers in another letter case, the bot's answer, what diagnostics say."""
    side = "request" if is_notification(interaction) else "response"
    headers = {_cased(name, rng): _diagnosed(values) for name, values in interaction[side]["headers"].items()}
    out = {**interaction, side: {**interaction[side], "headers": {**headers, "X-Not-On-The-List": ["1"]}}}
    if is_notification(interaction):
        out["response"] = {"status": rng.choice((200, 202, 503)), "headers": {}}
    return out


def _cased(name: str, rng: random.Random) -> str:
    return rng.choice((name, name.lower(), name.upper()))


def _diagnosed(values: list[str]) -> list[str]:
    return [re.sub(r'(?<="DataCenter":")[^"]*', "Elsewhere", value) if _is_json(value) else value for value in values]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
