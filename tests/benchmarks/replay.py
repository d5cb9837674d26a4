"""What a request costs in replay, beside stock vcrpy, which compares it with every recorded one until one matches.

    python -m tests.benchmarks.replay [--most 10000] [--quick]

The bot of this replay has other identifiers throughout; vcrpy, which knows no renaming, is asked with the recorded
ones. The first kind of cassette holds the lives of calls, one after the other; the second is one call into which
everybody is invited, last recorded first asked. Every request of a cassette is made of this replay, and some of them,
at random, of vcrpy. What is said when nothing is recorded is measured with the first request, made once more with a
query: each recorded one of its kind is then looked at, whether it contradicts it less.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from vcr.cassette import Cassette as StockCassette  # type: ignore[import-untyped, unused-ignore]
from vcr.matchers import body, host, method, path, port, query, scheme  # type: ignore[import-untyped, unused-ignore]
from vcr.record_mode import RecordMode  # type: ignore[import-untyped, unused-ignore]
from vcr.request import Request as StockRequest  # type: ignore[import-untyped, unused-ignore]

from harness.cassette.format import Cassette, Direction, Interaction, Request, Response
from harness.replay import NothingRecorded, Replay
from tests.benchmarks.measuring import Contestant, Staged, Work, interleaved, print_aim, print_table, spread
from tests.benchmarks.sessions import ID, LENGTH, joined, renamed, sessions

SIZES: Final = (1, 100, 1_000, 10_000)
OURS: Final = "this replay"
STOCK: Final = "vcrpy, match_on with body"
MAKING: Final = "this replay, made ready"
SAYING: Final = "this replay, saying that nothing is recorded"
_SAMPLE: Final = 8
_MATCH_ON: Final = (method, scheme, host, port, path, query, body)
_INVITE: Final = "https://graph.microsoft.com/v1.0/communications/calls/{}/participants/invite"


# ---- cassettes, and the requests of a bot that has other identifiers


Kind = Callable[[int], tuple[Sequence[Interaction], Sequence[Request]]]
"""A cassette of so many interactions, and the requests of a bot."""


def of_sessions(size: int) -> tuple[Sequence[Interaction], Sequence[Request]]:
    session = joined(sessions(max(size // LENGTH, 1)))
    theirs = renamed(session, seed=size).interactions[:size]
    recorded = session.interactions[:size]
    return recorded, _made_of(made(recorded), theirs)


def _made_of(replay: Replay, theirs: Sequence[Interaction]) -> list[Request]:
    """Requests as a bot makes them that goes by what it is answered."""
    requests: list[Request] = []
    given: dict[str, str] = {}
    for interaction in theirs:
        if interaction.direction is Direction.CLIENT_TO_GRAPH:
            asked = interaction.request
            requests.append(replace(asked, uri=ID.sub(lambda match: given.get(match[0], match[0]), asked.uri)))
            answer = replay.answer(requests[-1]).body
            given[_id(interaction.response.body)] = _id(answer)
    return requests


def _id(body: bytes | None) -> str:
    return str(json.loads(body or b"{}").get("id"))


def of_one_call(size: int) -> tuple[Sequence[Interaction], Sequence[Request]]:
    recorded = tuple(_invited(n, seed=1) for n in range(size))
    return recorded, [_invited(n, seed=2).request for n in reversed(range(size))]


def _invited(number: int, seed: int) -> Interaction:
    draw = random.Random(number * 10 + seed)
    call, user, context, operation = (str(UUID(int=draw.getrandbits(128), version=4)) for _ in range(4))
    call = str(UUID(int=seed, version=4))
    sent = {"participants": [{"identity": {"user": {"id": user}}}], "clientContext": context}
    told = {"id": operation, "clientContext": context, "status": "running"}
    request = Request("POST", _INVITE.format(call), {}, json.dumps(sent).encode())
    answer = Response(200, "OK", {"Content-Type": ("application/json",)}, json.dumps(told).encode())
    return Interaction(Direction.CLIENT_TO_GRAPH, number + 1, request, answer)


def requests_of(interactions: Sequence[Interaction]) -> list[Request]:
    return [i.request for i in interactions if i.direction is Direction.CLIENT_TO_GRAPH]


# ---- the work


def made(recorded: Sequence[Interaction]) -> Replay:
    return Replay(Cassette(Path("replayed.yaml"), tuple(recorded)), put=lambda notification, delay: None)


def asking(replays: Iterator[Replay], requests: Sequence[Request]) -> Work:
    """Each round has a replay of its own, that was made ready before."""

    def work() -> None:
        replay = next(replays)
        for request in requests:
            replay.answer(request)
        assert not replay.unplayed

    return work


def saying(recorded: Sequence[Interaction], request: Request) -> Staged:
    """Each round has a replay of its own, of which nothing was asked but this request."""

    @contextmanager
    def stage() -> Iterator[Work]:
        replay = made(recorded)
        replay.answer(request)
        another = replace(request, uri=f"{request.uri}?other=1")

        def work() -> None:
            with suppress(NothingRecorded):
                replay.answer(another)
                raise AssertionError("it was answered")

        yield work

    return Staged(stage, 1)


def asking_stock(recorded: Sequence[Interaction], sample: Sequence[Request]) -> Work:
    cassette = StockCassette("replayed.yaml", record_mode=RecordMode.NEW_EPISODES, match_on=_MATCH_ON)
    for interaction in recorded:
        cassette.append(_stock(interaction.request), _stock_response(interaction.response))
    cassette.record_mode = RecordMode.NONE
    asked = [_stock(request) for request in sample]

    def work() -> None:
        cassette.rewind()
        for request in asked:
            assert cassette.play_response(request)["status"]

    return work


def _stock(request: Request) -> Any:
    headers = {name: list(values) for name, values in request.headers.items()}
    return StockRequest(request.method, request.uri, request.body, headers)


def _stock_response(response: Response) -> dict[str, Any]:
    headers = {name: list(values) for name, values in response.headers.items()}
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": headers,
        "body": {"string": response.body or b""},
    }


# ---- what is printed


def print_costs(title: str, kind: Kind, sizes: Sequence[int], rounds: int) -> None:
    ours: list[float] = []
    ratio = said = 0.0
    for size in sizes:
        recorded, requests = kind(size)
        own = requests_of(recorded)
        sample = random.Random(size).sample(own, min(len(own), _SAMPLE))
        replays = iter([made(recorded) for _ in range(rounds)])
        contestants: dict[str, Contestant | Staged] = {
            OURS: Contestant(asking(replays, requests), len(requests)),
            STOCK: Contestant(asking_stock(recorded, sample), len(sample)),
            MAKING: Contestant(partial(made, recorded), len(requests)),
            SAYING: saying(recorded, requests[0]),
        }
        times = interleaved(contestants, rounds)
        print_table(f"{title}, {size:,} interactions, {len(requests):,} requests", "request", times)
        ours.append(times.median(OURS))
        ratio, said = times.ratio(STOCK, OURS), times.median(SAYING)
    print_aim(f"vcrpy ÷ this replay, {sizes[-1]:,} interactions", ratio, "aim: at least 100")
    print_aim("this replay, largest ÷ smallest", spread(ours[1:]), "aim: at most 1.3; the first, of one request, apart")
    print_aim(f"saying that nothing is recorded, {sizes[-1]:,} interactions, seconds", said / 1e6, "aim: at most 0.3")
    print(flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="no more interactions than this")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    options = parser.parse_args(arguments)
    sizes = (1, 10, 20) if options.quick else tuple(size for size in SIZES if size <= options.most)
    rounds = 1 if options.quick else 3
    print_costs("lives of calls", of_sessions, sizes, rounds)
    print_costs("everybody into one call, last first", of_one_call, sizes, rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
