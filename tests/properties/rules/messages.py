"""Messages as a whole and what stands around their bodies: status, method, address, headers, order, number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from harness.cassette.headers import NOTIFICATION_HEADERS, RESPONSE_HEADERS
from tests.properties.documents import Site
from tests.properties.normal import resource, told_in, unbatched, with_told
from tests.properties.rules.edits import Edits, gone, here


def status(site: Site) -> Iterator[Edits]:
    if site.part == "status" and site.direction == "client-to-graph":
        yield from (here(site, code) for code in (None, 200, 204, 404, 500))


def method(site: Site) -> Iterator[Edits]:
    """Not of notifications: they are posted."""
    if site.part == "method" and site.direction == "client-to-graph":
        yield from (here(site, name) for name in ("GET", "POST", "PUT", "PATCH", "DELETE", site.value.lower()))


def address(site: Site) -> Iterator[Edits]:
    """Scheme, host, port, version, path, query; of a notification this is the callback."""
    if site.part in ("url", "callback"):
        yield from (here(site, changed) for changed in _addresses(site.value))


def _addresses(url: str) -> Iterator[str]:
    yield url.replace("https://", "http://", 1)
    yield re.sub(r"^(https?://)[^/]+", r"\1other.example", url)
    yield re.sub(r"^(https?://[^/]+)", r"\1:8443", url)
    yield url.replace("/v1.0/", "/beta/") if "/v1.0/" in url else url.replace("/beta/", "/v1.0/")
    yield url.replace("/communications/", "//communications/")
    yield url.rsplit("/", 1)[0]
    yield from (f"{url}{end}" for end in ("/", "/extra", "?$select=id", "#part"))
    yield url.split("?")[0]
    head, _, query = url.partition("?")
    if "&" in query:
        yield f"{head}?{'&'.join(reversed(query.split('&')))}"


_OURS: Final = ("X-Not-On-The-List", "Date")


def header(site: Site) -> Iterator[Edits]:
    """Each dropped, called otherwise, with another letter case of its name, with more; and others beside them."""
    if site.part == "headers":
        counting = NOTIFICATION_HEADERS if site.direction == "graph-to-bot" else RESPONSE_HEADERS
        missing = [name for name in counting if name.lower() not in map(str.lower, site.value)]
        for name in (*missing, *_OURS):
            yield here(site, {**site.value, name: ["extra"]})
    elif site.part == "header" and len(site.place) == 5:
        others = {name: values for name, values in site.parent.items() if name != site.name}
        around = site.place[:-1]
        yield [(around, others)]
        yield from ([(around, {**others, n: site.value})] for n in (f"{site.name}-Old", str(site.name).swapcase()))
        yield here(site, [*site.value, "more"])
        yield here(site, [])
        yield here(site, ["; charset=utf-8".join((*site.value, ""))])


def diagnostic(site: Site) -> Iterator[Edits]:
    """Headers that hold JSON: what each says, and each thing that they say."""
    if site.part != "header" or len(site.place) != 6 or not str(site.value).startswith("{"):
        return
    told = json.loads(site.value)
    inner = told.get("ServerInfo", {})
    others: list[Any] = [
        {"ServerInfo": {**inner, "DataCenter": "Somewhere Else", "Ring": "9"}},
        {"ServerInfo": {**inner, "DataCenter": 1}},
        {"ServerInfo": {**inner, "Extra": "1"}},
        {"ServerInfo": {name: value for name, value in inner.items() if name != "Slice"}},
        {"ServerInfo": [inner]},
        {"serverInfo": inner},
        "text",
        {},
    ]
    yield from (here(site, json.dumps(value)) for value in others)
    yield here(site, "no JSON")


def body(site: Site) -> Iterator[Edits]:
    if site.part == "body":
        yield gone(site)
        if "json" in site.value:
            yield here(site, {"text": f"{json.dumps(site.value['json'])}}}"})
        else:
            yield here(site, {"json": site.value["text"]})
            yield here(site, {"json": {"text": site.value["text"]}})


def answer_of_the_bot(site: Site) -> Iterator[Edits]:
    if site.place[2:] == ("response",) and site.direction == "graph-to-bot":
        yield here(site, {**site.value, "status": 500})
        yield here(site, {**site.value, "headers": {"request-id": ["1"]}, "body": {"text": "no"}})


def dropped(site: Site) -> Iterator[Edits]:
    if _is_message(site):
        yield gone(site)


def duplicated(site: Site) -> Iterator[Edits]:
    """At once, and at the end."""
    if _is_message(site):
        all_ = site.parent
        yield [(("interactions",), [*all_[: site.name], site.value, *all_[site.name :]])]
        yield [(("interactions",), [*all_, site.value])]


def _is_message(site: Site) -> bool:
    return len(site.place) == 2 and site.place[0] == "interactions"


def reordered(site: Site) -> Iterator[Edits]:
    """Each message with the next one, and each notification with the next one about the same resource."""
    if site.place:
        return
    all_ = unbatched(site.document)["interactions"]
    for n, message in enumerate(all_):
        later = [m for m in range(n + 1, len(all_)) if resource(all_[m]) == resource(message)]
        for m in sorted({*later[:1], min(n + 1, len(all_) - 1)}):
            turned = list(all_)
            turned[n], turned[m] = all_[m], message
            yield here(site, {"interactions": turned})


def extra(site: Site) -> Iterator[Edits]:
    """One more that was not there: a request; a notification of another change; one about another resource."""
    if not _is_message(site):
        return
    more: list[Any] = []
    if site.direction == "client-to-graph":
        more = [{**site.value, "request": {**site.value["request"], "method": "OPTIONS"}}]
    else:
        for item in told_in(site.value) or ():
            kinds = [k for k in ("created", "updated", "deleted") if k != item.get("changeType")]
            more += [with_told(site.value, [{**item, "changeType": kind}]) for kind in kinds]
            more += [
                with_told(site.value, [{**item, "resource": "/app/calls", "resourceUrl": "/communications/calls"}])
            ]
    yield from ([(("interactions",), [*site.parent, message])] for message in more)
