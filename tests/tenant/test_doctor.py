"""What the doctor finds: each thing that may be missing or wrong, in its words; and that looking changes nothing."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

import pytest

from harness.cassette.format import Request, Response
from harness.tenant.asking import Unreachable, ask
from harness.tenant.doctor import examine
from harness.tenant.findings import Finding, Group, Readiness, State, readiness
from tests.standin import StandIn
from tests.standin.knobs import ROLES
from tests.standin.planted import EXPIRED_SECRET, TUNNEL_HOST
from tests.tenant.test_variables import ENOUGH

GRAPH = "graph.microsoft.com"
LOGIN = "login.microsoftonline.com"
CONSENT = "add it under API permissions, as an application permission, and consent to it"


def found(group: Group, environment: Mapping[str, str] | None = None, port: int | None = None) -> list[Finding]:
    everything = examine({**os.environ, **(environment or {})}, callback_port=port)
    return [finding for finding in everything if finding.group is group]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def test_tenant_that_has_everything_is_ready(led: StandIn) -> None:
    port = free_port()
    led.set(tunnel=port)

    findings = examine(os.environ, callback_port=port)

    assert {(finding.name, finding.text) for finding in findings if finding.state is not State.OK} == {
        ("GRAPH_BASE_URL", "for other clouds: Graph of another cloud, such as https://graph.microsoft.us")
    }
    assert readiness(findings) is Readiness.READY
    assert list(dict.fromkeys(finding.group for finding in findings)) == list(Group)
    assert next(finding.text for finding in findings if finding.name == "GRAPH_USERS") == "3 people"


def test_looking_changes_nothing(led: StandIn) -> None:
    examine(os.environ, callback_port=free_port())

    sent = [(line.split()[1], line.split()[2].split("/")[0]) for line in led.seen]
    assert [method for method, host in sent if host == GRAPH] == ["GET"]
    assert sent == [("GET", LOGIN), ("POST", LOGIN), ("GET", GRAPH), ("POST", TUNNEL_HOST)]
    assert led.calls == []


@pytest.mark.usefixtures("led")
def test_missing_and_wrong_variables_are_found_and_nothing_is_asked(led: StandIn) -> None:
    changed = {"AZURE_CLIENT_SECRET": "", "GRAPH_CALLBACK_URL": "http://bot", "GRAPH_USERS": "", "GRAPH_PHONE": "x"}

    findings = examine({**os.environ, **changed})

    states = {finding.name: (finding.state, finding.text) for finding in findings}
    assert states["AZURE_CLIENT_SECRET"] == (
        State.MISSING,
        "the value of a client secret; "
        "or AZURE_CLIENT_CERTIFICATE_PATH: a file with certificate and private key, PEM or PFX",
    )
    assert states["GRAPH_CALLBACK_URL"] == (State.WRONG, "expected an https address: Graph talks https only")
    assert states["GRAPH_USERS"][0] is State.MISSING
    assert states["GRAPH_PHONE"] == (State.WRONG, "expected + and 7 to 15 digits, got another form, 1 long")
    assert states["token"] == (State.UNKNOWN, "not tried: variables are missing or wrong")
    assert states["calls"] == (State.UNKNOWN, "not asked: no token")
    assert states["clock"] == (State.UNKNOWN, "nobody to compare it with")
    assert states["address"] == (State.UNKNOWN, "not looked for: GRAPH_CALLBACK_URL is missing or wrong")
    assert led.seen == []
    assert readiness(findings) is Readiness.NOT_READY


def test_variable_that_is_not_needed_is_named_with_its_use() -> None:
    findings = [finding for finding in examine(ENOUGH, ask=nobody) if finding.state is State.UNSET]

    assert [(finding.name, finding.text) for finding in findings] == [
        ("GRAPH_PHONE", "for phones: a phone number in E.164, whose phone somebody answers"),
        ("GRAPH_MEETING", "for meetings: a join link, or `ID, PASSCODE` of an invitation"),
        ("GRAPH_APP_INSTANCE", "for phones: object id of an application instance with a phone number"),
        ("GRAPH_BASE_URL", "for other clouds: Graph of another cloud, such as https://graph.microsoft.us"),
    ]


def nobody(request: Request) -> Response:
    raise Unreachable(request.uri.split("/")[2], "there is no such host")


def test_network_that_leads_nowhere_is_wrong() -> None:
    findings = examine(ENOUGH, ask=nobody)

    assert [(finding.state, finding.text) for finding in findings if "reached" in finding.text] == [
        (State.WRONG, f"{LOGIN} cannot be reached from here: there is no such host"),
        (State.WRONG, "cannot be reached from here: there is no such host"),
    ]


@pytest.mark.usefixtures("led")
def test_refused_sign_in_is_told() -> None:
    assert found(Group.SIGN_IN, {"AZURE_CLIENT_SECRET": EXPIRED_SECRET}) == [
        Finding(
            Group.SIGN_IN,
            "token",
            State.WRONG,
            f"{LOGIN} gives no token: AADSTS7000222, the client secret has expired: "
            "make a new one and set AZURE_CLIENT_SECRET to its value",
        )
    ]


@pytest.mark.parametrize(
    ("roles", "meeting", "expected"),
    [
        (
            ROLES,
            True,
            [
                ("Calls.Initiate.All", State.OK, "to call one person or phone"),
                ("Calls.InitiateGroupCall.All", State.OK, "to call several people, invite into a call"),
                ("Calls.JoinGroupCall.All", State.OK, "to join a meeting"),
                ("Calls.AccessMedia.All", State.OK, "to host media itself"),
            ],
        ),
        (
            (),
            True,
            [
                ("Calls.Initiate.All", State.MISSING, f"to call one person or phone: {CONSENT}"),
                (
                    "Calls.InitiateGroupCall.All",
                    State.MISSING,
                    f"to call several people, invite into a call: {CONSENT}",
                ),
                ("Calls.JoinGroupCall.All", State.MISSING, f"to join a meeting: {CONSENT}"),
                ("Calls.AccessMedia.All", State.UNSET, "needed only to host media itself"),
            ],
        ),
        (
            (*ROLES[:2], "Calls.JoinGroupCallAsGuest.All"),
            True,
            [
                ("Calls.Initiate.All", State.OK, "to call one person or phone"),
                ("Calls.InitiateGroupCall.All", State.OK, "to call several people, invite into a call"),
                ("Calls.JoinGroupCallAsGuest.All", State.OK, "to join a meeting"),
                ("Calls.AccessMedia.All", State.UNSET, "needed only to host media itself"),
            ],
        ),
        (
            ROLES[:2],
            False,
            [
                ("Calls.Initiate.All", State.OK, "to call one person or phone"),
                ("Calls.InitiateGroupCall.All", State.OK, "to call several people, invite into a call"),
                ("Calls.JoinGroupCall.All", State.UNSET, "needed only to join a meeting"),
                ("Calls.AccessMedia.All", State.UNSET, "needed only to host media itself"),
            ],
        ),
    ],
    ids=["all", "none", "as guest", "no meeting"],
)
def test_permissions_are_named_with_what_they_serve(
    roles: tuple[str, ...], meeting: bool, expected: list[tuple[str, State, str]], led: StandIn
) -> None:
    led.set(roles=roles)

    findings = found(Group.PERMISSIONS, None if meeting else {"GRAPH_MEETING": ""})

    assert [(finding.name, finding.state, finding.text) for finding in findings] == expected


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (
            "7503",
            "the application may not call: set up an Azure bot for it, and there calling, in the channel of Teams",
        ),
        ("7504", "the tenant has not consented to any permission for calls"),
        ("7505", "the application is not of this tenant, as Graph sees it"),
    ],
)
def test_graph_that_does_not_let_the_application_call_is_told(code: str, problem: str, led: StandIn) -> None:
    led.set(refuse=code)

    assert found(Group.GRAPH) == [Finding(Group.GRAPH, "calls", State.WRONG, f"{GRAPH} answers 403 {code}: {problem}")]


@pytest.mark.parametrize("status", [200, 302, 404])
def test_portal_that_answers_in_graphs_place_is_told_from_it(status: int, led: StandIn) -> None:
    def answer(request: Request) -> Response:
        return Response(status, None, {}, b"<html>Welcome") if GRAPH in request.uri else ask(request)

    findings = examine(os.environ, ask=answer)

    assert [(f.state, f.text) for f in findings if f.group is Group.GRAPH] == [
        (State.WRONG, f"{GRAPH} answers {status}, not as Graph does: something on the way answers in its place")
    ]


def test_graph_that_is_busy_says_nothing(led: StandIn) -> None:
    led.set(throttle=1)

    assert found(Group.GRAPH) == [
        Finding(Group.GRAPH, "calls", State.UNKNOWN, f"{GRAPH} answers 429 TooManyRequests; try again later")
    ]


@pytest.mark.parametrize(("ahead", "way"), [(700, "slow"), (-700, "fast")])
def test_clock_that_is_wrong_is_told(ahead: int, way: str, led: StandIn) -> None:
    led.set(clock=ahead)

    findings = examine(os.environ, now=time.time)

    (clock,) = (finding for finding in findings if finding.group is Group.CLOCK)
    assert clock.state is State.WRONG
    assert clock.text in [f"is {seconds} s {way}: tokens are not valid yet, or no more" for seconds in (699, 700, 701)]


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Nov 2026 13:45:03 GMT"])
def test_date_that_is_none_says_nothing_of_the_clock(date: str) -> None:
    def answer(request: Request) -> Response:
        return Response(400, None, {"date": (date,)}, b"{}")

    findings = examine(ENOUGH, ask=answer)

    assert [(f.state, f.text) for f in findings if f.group is Group.CLOCK] == [
        (State.UNKNOWN, "nobody to compare it with")
    ]


def test_callback_is_tried_from_outside_to_inside(led: StandIn) -> None:
    port = free_port()
    led.set(tunnel=port)

    assert found(Group.CALLBACK, port=port) == [
        Finding(Group.CALLBACK, TUNNEL_HOST, State.OK, f"a request to it came out at port {port}")
    ]


def test_strangers_at_the_port_hold_up_nobody(led: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    """A public address is visited by others: who says nothing, and who says what is no request."""
    port = free_port()
    led.set(tunnel=port)
    visitors = []

    def visited(request: Request) -> Response:
        if request.method == "POST" and TUNNEL_HOST in request.uri:
            for said in (b"", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\xff\r\n\r\n"):
                visitors.append(socket.create_connection(("127.0.0.1", port)))
                visitors[-1].sendall(said)
        return ask(request)

    began = time.monotonic()
    findings = examine(os.environ, callback_port=port, ask=visited)

    assert time.monotonic() - began < 8
    assert [f.state for f in findings if f.group is Group.CALLBACK] == [State.OK]
    for visitor in visitors:
        visitor.close()
    assert capfd.readouterr().err == ""


def test_tunnel_that_leads_elsewhere_is_found(led: StandIn) -> None:
    port = free_port()

    assert found(Group.CALLBACK, port=port) == [
        Finding(
            Group.CALLBACK,
            TUNNEL_HOST,
            State.WRONG,
            f"answers 502, and nothing came out at port {port}: let the tunnel lead to http://127.0.0.1:{port}",
        )
    ]


def test_port_that_is_taken_is_not_listened_on(led: StandIn) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        findings = found(Group.CALLBACK, port=port)

    problem = f"port {port} cannot be listened on: Address already in use; stop what listens there, or leave it out"
    assert findings == [Finding(Group.CALLBACK, TUNNEL_HOST, State.UNKNOWN, problem)]


@pytest.mark.parametrize("with_port", [True, False])
def test_tunnel_that_asks_for_sign_in_is_told(with_port: bool, led: StandIn) -> None:
    led.set(tunnel_asks_for_sign_in=True)

    assert found(Group.CALLBACK, port=free_port() if with_port else None) == [
        Finding(
            Group.CALLBACK,
            TUNNEL_HOST,
            State.WRONG,
            "answers 302 and leads elsewhere: Graph follows nobody; let the tunnel take anonymous requests",
        )
    ]


@pytest.mark.parametrize(
    ("status", "state", "text"),
    [
        (405, State.OK, "answers 405; that it leads to your bot is seen with --callback-port"),
        (
            502,
            State.UNKNOWN,
            "answers 502: nothing listens behind it yet; --callback-port tries it with a port of its own",
        ),
    ],
)
def test_without_a_port_only_the_address_is_looked_at(status: int, state: State, text: str) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        if "bot.contoso.com" not in request.uri:
            raise Unreachable("elsewhere", "not now")
        asked.append(request.method)
        return Response(status, None, {}, b"")

    callback = examine(ENOUGH, ask=answer)[-1]

    assert (callback, asked) == (Finding(Group.CALLBACK, "bot.contoso.com", state, text), ["GET"])


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([State.OK, State.UNSET], Readiness.READY),
        ([State.OK, State.UNKNOWN], Readiness.UNKNOWN),
        ([State.UNKNOWN, State.MISSING], Readiness.NOT_READY),
        ([State.OK, State.WRONG], Readiness.NOT_READY),
    ],
)
def test_readiness_is_the_worst_that_was_found(states: list[State], expected: Readiness) -> None:
    assert readiness(Finding(Group.CLOCK, "x", state) for state in states) is expected
