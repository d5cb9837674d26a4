"""A reception bot: it brings agents into a customer's call, and keeps track of who is there.

It knows nothing of any test tool. Graph is asked with requests, signed in to with msal; notifications come to a Flask
app, which answers 202 to what Graph signed and 403 to everything else.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import flask
import jwt
import msal
import requests

GRAPH = "https://graph.microsoft.com/v1.0"
KEYS = "https://api.aps.skype.com/v1/.well-known/keys"
ISSUER = "https://api.botframework.com"


@dataclass
class Reception:
    """The bot. `waits`: how long it slept because Graph asked it to, in seconds."""

    app_id: str
    tenant_id: str
    secret: str
    callback: str
    outcomes: dict[str, str] = field(default_factory=dict)
    rosters: dict[str, list[str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._keys = jwt.PyJWKClient(KEYS)

    # ---- what it asks of Graph

    def call(self, *user_ids: str) -> str:
        """Start a group call; returns its id."""
        body = {
            "@odata.type": "#microsoft.graph.call",
            "callbackUri": self.callback,
            "targets": [{"identity": {"user": {"id": user_id}}} for user_id in user_ids],
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
            "tenantId": self.tenant_id,
        }
        call_id: str = self._post("/communications/calls", body)["id"]
        return call_id

    def bring_in(self, call_id: str, identity: dict[str, Any], replaces: str | None = None) -> str:
        """Invite somebody into a call; returns the client context by which the outcome is told."""
        context = str(uuid.uuid4())
        invitee: dict[str, Any] = {"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": identity}
        if replaces:
            invitee["replacesCallId"] = replaces
        body = {"participants": [invitee], "clientContext": context}
        operation = self._post(f"/communications/calls/{call_id}/participants/invite", body)
        self.outcomes.setdefault(context, operation["status"].lower())
        return context

    def hang_up(self, call_id: str) -> None:
        self._ask("DELETE", f"/communications/calls/{call_id}").raise_for_status()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self._ask("POST", path, json=body)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask Graph, again where it says when."""
        while True:
            headers = {"Authorization": f"Bearer {self._token()}"}
            response = self._session.request(method, GRAPH + path, headers=headers, timeout=10, **more)
            if response.status_code != 429:
                return response
            pause = float(response.headers["Retry-After"])
            self.waits.append(pause)
            time.sleep(pause)

    def _token(self) -> str:
        app = msal.ConfidentialClientApplication(
            self.app_id, self.secret, f"https://login.microsoftonline.com/{self.tenant_id}"
        )
        answer = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
        token: str = answer["access_token"]
        return token

    # ---- what Graph tells it

    def app(self) -> flask.Flask:
        app = flask.Flask("reception")
        app.add_url_rule("/api/calls", "notified", self._notified, methods=["POST"])
        return app

    def _notified(self) -> tuple[str, int]:
        if not self._is_signed(flask.request.headers.get("Authorization", "")):
            return "", 403
        for item in flask.request.get_json()["value"]:
            self._take(item)
        return "", 202

    def _is_signed(self, authorization: str) -> bool:
        token = authorization.removeprefix("Bearer ")
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=self.app_id, issuer=ISSUER)
        except (jwt.PyJWTError, jwt.PyJWKClientError):
            return False
        return claims.get("tid") == self.tenant_id

    def _take(self, item: dict[str, Any]) -> None:
        path, data = item["resourceUrl"].strip("/").split("/"), item["resourceData"]
        call_id = path[2]
        if path[-1] == "participants":
            self.rosters[call_id] = [_named(entry["info"]["identity"]) for entry in data]
        elif path[-2] == "operations":
            self._take_operation(data)
        elif data.get("state") == "terminated":
            self.ended.add(call_id)

    def _take_operation(self, operation: dict[str, Any]) -> None:
        """Graph may tell the end of an operation twice; once is enough."""
        if operation["id"] in self.seen:
            return
        self.seen.add(operation["id"])
        info = operation.get("resultInfo") or {}
        code = f" {info['code']}.{info['subcode']}" if info else ""
        self.outcomes[operation["clientContext"]] = operation["status"].lower() + code


def _named(identity: dict[str, Any]) -> str:
    named: str = next(value["id"] for value in identity.values() if isinstance(value, dict))
    return named
