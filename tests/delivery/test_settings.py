"""What a notification is about, told by the path that it names."""

from __future__ import annotations

import pytest

from harness.delivery.settings import Kind, kind_of_resource


@pytest.mark.parametrize(
    ("below", "kind"),
    [
        ("", Kind.CALL),
        ("/", Kind.CALL),
        ("/participants", Kind.ROSTER),
        ("/participants/", Kind.ROSTER),
        ("/Participants", Kind.ROSTER),
        ("/participants/p1", Kind.ROSTER),
        ("/participants('p1')", Kind.ROSTER),
        ("/participants?$top=1", Kind.ROSTER),
        ("/participantsOfOld", Kind.CALL),
        ("/operations/o1", Kind.OPERATION),
        ("/operations('o1')", Kind.OPERATION),
    ],
)
@pytest.mark.parametrize("call", ["/communications/calls/c1", "/app/calls('c1')"])
def test_kind_is_that_of_the_resource(call: str, below: str, kind: Kind) -> None:
    assert kind_of_resource(f"{call}{below}") is kind
