"""A bot of somebody's own: it knows nothing of the harness, and talks to https://graph.microsoft.com."""

from __future__ import annotations

from typing import Any

import requests
from flask import Flask, request

GRAPH = "https://graph.microsoft.com/v1.0/communications"
LOGIN = "https://login.microsoftonline.com"
TENANT = "7e6a0000-0000-4000-8000-000000000001"


class MyBot:
    def __init__(self, client_id: str = "b07c0000-0000-4000-8000-000000000001") -> None:
        self.client_id = client_id
        self.told: list[Any] = []
        self.status = 202
        self.app = Flask("my bot")
        self.app.add_url_rule("/api/calls", view_func=self._notified, methods=["POST"])

    def sign_in(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": "s"}
        form["scope"] = "https://graph.microsoft.com/.default"
        answer = requests.post(f"{LOGIN}/{TENANT}/oauth2/v2.0/token", data=form, timeout=10)
        return str(answer.json()["access_token"])

    def bring_in(self, call_id: str, user_id: str, token: str = "any", **identity: Any) -> Any:
        who = identity or {"user": {"id": user_id}}
        return self._post(f"/calls/{call_id}/participants/invite", {"participants": [{"identity": who}]}, token)

    def ring(self, user_id: str, callback: str, token: str = "any") -> Any:
        targets = [{"identity": {"user": {"id": user_id}}}]
        return self._post("/calls", {"callbackUri": callback, "targets": targets}, token)

    def _post(self, path: str, body: Any, token: str = "any") -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.post(f"{GRAPH}{path}", json=body, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def _notified(self) -> tuple[str, int]:
        self.told += request.get_json()["value"]
        return "", self.status
