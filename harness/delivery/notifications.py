"""Changes made into notifications: envelope, headers, and where they go."""

from __future__ import annotations

import json
from collections.abc import Callable

from harness.delivery.outbox import Notification
from harness.delivery.settings import Kind
from harness.graph import wire
from harness.graph.outcomes import CallChanged, Change, OperationEnded


def notification(change: Change, *, new_id: Callable[[], str]) -> Notification:
    """One change as it is posted to the callback URI of its call.

    Compact JSON, one change an envelope, and the headers of observed traffic (CS 126, 664; msteams-docs 9170) but for
    those whose values nobody published (`MS-Teams-*`) and the token, which is added when it is posted.
    """
    call = change.call
    body = wire.notifications([change])
    headers = {
        "X-Microsoft-Skype-Chain-ID": call.call_chain_id,
        "Scenario-Id": call.call_chain_id,
        "X-Microsoft-Skype-Message-ID": new_id(),
        "Accept": "application/json",
        "User-Agent": "Microsoft-Skype/3.0,(Calling/1.0)",
        "Content-Type": "application/json",
    }
    return Notification(
        call_id=call.id,
        kind=_kind(change),
        label=f"{change.change_type} /communications/{wire.resource_path(change)}",
        callback_uri=call.callback_uri,
        headers=headers,
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
        app_id=call.application.id,
        tenant_id=call.application.tenant_id,
    )


def _kind(change: Change) -> Kind:
    if isinstance(change, CallChanged):
        return Kind.CALL
    return Kind.OPERATION if isinstance(change, OperationEnded) else Kind.ROSTER
