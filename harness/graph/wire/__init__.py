"""What Graph writes: calls, participants, operations, errors and notifications as JSON, member for member.

The only place, with `harness.graph.parsing` (what clients write), that knows camelCase and `@odata`. Where sources
disagree the order is recorded, observed, documented, schema, assumed.
"""

from harness.graph.wire.answers import (
    acted,
    call_url,
    created_call,
    error,
    got_call,
    got_operation,
    got_participant,
    invited,
    listed_operations,
    listed_participants,
    operation_url,
)
from harness.graph.wire.parts import camel, identity_set
from harness.graph.wire.told import notifications, resource_path

__all__ = [
    "acted",
    "call_url",
    "camel",
    "created_call",
    "error",
    "got_call",
    "got_operation",
    "got_participant",
    "identity_set",
    "invited",
    "listed_operations",
    "listed_participants",
    "notifications",
    "operation_url",
    "resource_path",
]
