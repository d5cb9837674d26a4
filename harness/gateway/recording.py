"""The way to a tenant and back, on two ports of this machine, with everything kept that passes."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.format import Request, Response
from harness.cassette.sign_in import is_sign_in
from harness.errors import UsageError
from harness.gateway.addresses import Addresses, Unknown
from harness.gateway.messages import as_json, host_of, origin_of, refusal, request_of, said, too_large
from harness.intercept import Responder
from harness.record import Forward, Inbound, Recorder, in_front_of, recording
from harness.record.proxy import ANSWER_SECONDS
from harness.record.recorder import LARGEST_BODY
from harness.server import control
from harness.server.serving import LOOPBACK, bind, bound_to, url_of

_log: Final = logging.getLogger("harness.gateway")


@dataclass(frozen=True, slots=True)
class Gate:
    """Open for the bot at `url`, and for Graph at `callback_port`. `run` serves both until it is interrupted."""

    url: str
    port: int
    callback_port: int
    inbound: Inbound
    run: Callable[[], None]
    stop: Callable[[], None]


@contextmanager
def gate(
    recorder: Recorder,
    addresses: Addresses,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    callback_port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Gate]:
    """What the bot asks at `port` goes to Graph, what Graph posts to `callback_port` to the bot; both are kept.

    tls: of the way out; the tunnel, which leads to the way in, ends TLS itself. Nothing is left running behind it, and
    the recorder stays open; a request that Graph has not answered by then counts as unanswered. Raises: UsageError when
    a port cannot be listened on.
    """
    if host not in LOOPBACK:
        _log.warning("listening on %s: whoever reaches this address is let through to the tenant, and recorded", host)
    inbound = Inbound(recorder, public_url=addresses.public)
    with (
        closing(bind(host, callback_port)) as for_graph,
        closing(bind(host, port)) as for_bot,
        closing(Forward()) as forward,
        closing(Forward(connect=5.0, answer=ANSWER_SECONDS, proxies=False, clear_text=True)) as to_bot,
    ):
        bound, calling = (int(s.getsockname()[1]) for s in (for_bot, for_graph))  # TLS takes a socket's place
        _refuse_loop(addresses.bot, bound, calling)
        way_in = inbound.wsgi(in_front_of(addresses.bot, forward=to_bot))
        way_out = Outward(
            recording(forward, recorder), addresses, recorder, inbound, any_control_host=host not in LOOPBACK
        )
        with bound_to(for_graph, way_in) as told, bound_to(for_bot, way_out, tls=tls) as asked:
            thread = threading.Thread(target=told.run, daemon=True, name="graph-callback")
            thread.start()
            try:
                yield Gate(url_of(host, bound, tls), bound, calling, inbound, asked.run, asked.stop)
            finally:
                told.stop()
                thread.join()
        for _ in range(way_out.asking):  # and nobody waits any longer
            recorder.leave_unanswered()


def _refuse_loop(bot: str, *mine: int) -> None:
    """Raises: UsageError."""
    if urlsplit(bot).port in mine:
        raise UsageError(f"--bot-url: {bot} is where this listens itself: give the bot a port of its own")


class Outward:
    """A WSGI app: what it is asked goes on to Graph or to sign-in. asking: how many wait for an answer.

    any_control_host: control answers whatever it is called, and not only by its address and as `localhost`.
    """

    def __init__(
        self,
        respond: Responder,
        addresses: Addresses,
        recorder: Recorder,
        inbound: Inbound,
        *,
        any_control_host: bool = False,
    ) -> None:
        self._any_control_host = any_control_host
        self._respond = respond
        self._addresses = addresses
        self._recorder = recorder
        self._inbound = inbound
        self._lock = threading.Lock()
        self.asking = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if control.is_control(path):
            return said(self._controlled(environ, path), start_response)
        request = request_of(environ, LARGEST_BODY)
        if request is None:
            return said(too_large(LARGEST_BODY), start_response)
        return said(self._answered(request, origin_of(environ)), start_response)

    def _answered(self, request: Request, origin: str) -> Response:
        try:
            going = self._addresses.beyond(request)
            with self._counted():
                answer = self._respond(going)
        except UsageError as error:
            _log.warning(
                "%s", "a path leads nowhere; its answer says which do" if isinstance(error, Unknown) else error
            )
            return refusal(404 if isinstance(error, Unknown) else 400, "notForwarded", str(error))
        except OSError as error:
            _log.warning("not recorded, for there was no answer: %s", error)
            return refusal(504 if isinstance(error, TimeoutError) else 502, "notAnswered", str(error))
        return answer if is_sign_in(going.uri) else self._addresses.here(answer, origin)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self.asking += 1
        try:
            yield
        finally:
            with self._lock:
                self.asking -= 1

    def _controlled(self, environ: dict[str, Any], path: str) -> Response:
        name = path.removeprefix(control.PREFIX).strip("/")
        method, host = environ["REQUEST_METHOD"], host_of(environ)
        if not (self._any_control_host or control.is_plain(host)):
            return as_json(400, {"problem": f"control is called {host!r}: call it by its address, or as localhost"})
        if method == "GET" and name == "health":
            return as_json(200, {"status": "ok"})
        if method == "GET" and name == "cassette":
            return as_json(200, self._counts())
        problem = f"there is no {method} {path} while recording: what happens, happens in the tenant"
        return as_json(404, {"problem": problem})

    def _counts(self) -> dict[str, object]:
        recorder, inbound = self._recorder, self._inbound
        return {
            "cassette": str(recorder.path),
            "kept": recorder.kept,
            "unanswered": recorder.unanswered,
            "passedBy": inbound.passed_by,
            "unsigned": inbound.unsigned,
            "problem": None if recorder.problem is None else str(recorder.problem),
        }
