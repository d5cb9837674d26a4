"""Single values: of another type, another value of the same type, the same in another form."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from tests.properties.documents import Site
from tests.properties.identifiers import identifiers, put_in
from tests.properties.normal import form_of_time
from tests.properties.rules.edits import Edits, here, is_text

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {}, 0, 0.0, False)


def null(site: Site) -> Iterator[Edits]:
    if site.in_json and site.value is not None:
        yield here(site, None)


def retype(site: Site) -> Iterator[Edits]:
    if site.in_json:
        yield from (here(site, value) for value in _retyped(site.value))


def _retyped(value: Any) -> Iterator[Any]:
    """Among others those that are equal to it in Python, and empty values of the other types."""
    yield [value]
    yield {"value": value}
    yield json.dumps(value)
    if isinstance(value, bool | int | float):
        yield from (str(value).lower(), float(value), int(value), bool(value))
    elif isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value):
        yield int(value)
    elif isinstance(value, list) and len(value) == 1:
        yield value[0]
    if not value:
        yield from _EMPTY


def other(site: Site) -> Iterator[Edits]:
    value = site.value
    if is_text(site):
        yield here(site, f"{value}x")
        if site.in_json and value:
            yield from (here(site, text) for text in ("", value[:-1]))
    elif site.in_json and isinstance(value, bool):
        yield here(site, not value)
    elif site.in_json and isinstance(value, int | float):
        yield from (here(site, number) for number in (value + 1, value - 1, -value, value + 1e-9))


def other_case(site: Site) -> Iterator[Edits]:
    """Of the whole text, of its first letter, and of the identifiers in it."""
    if is_text(site):
        text = site.value
        yield here(site, text.swapcase())
        yield here(site, text[:1].swapcase() + text[1:])
        found = identifiers(text, site.member)
        for identifier in found[:3] if len(found) > 1 or (found and found[0].like != text) else ():
            yield here(site, put_in(text, identifier, identifier.like.swapcase()))


def other_spacing(site: Site) -> Iterator[Edits]:
    if is_text(site) and site.part != "header":  # HTTP takes spaces around a header's value away
        text = site.value
        yield from (here(site, changed) for changed in (f" {text}", f"{text} ", f"{text}\n", f"{text}\u00a0"))
        if " " in text:
            yield from (here(site, text.replace(" ", space, 1)) for space in ("  ", "\u00a0", "\t", ""))


def other_unicode(site: Site) -> Iterator[Edits]:
    """The same text to the eye, or to a comparison that folds letters."""
    if is_text(site) and site.in_json:
        text = site.value
        yield from (here(site, unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC"))
        yield here(site, f"{text}\u200b")
        if "e" in text:
            yield here(site, text.replace("e", "\u0435", 1))  # Cyrillic
        if "ss" in text:
            yield here(site, text.replace("ss", "ß", 1))


def other_time(site: Site) -> Iterator[Edits]:
    """Another time of the same form, and the same time in other forms."""
    if not isinstance(site.value, str) or not is_text(site) or form_of_time(site.value) == site.value:
        return
    text = site.value
    yield from (here(site, value) for value in _other_forms(text))
    if site.in_json:
        yield here(site, 1536249521)


def _other_forms(text: str) -> Iterator[str]:
    if text.endswith("GMT"):
        yield "Thu, 06 Sep 2018 15:58:42 GMT"
        yield "2018-09-06T15:58:41Z"
        yield text.replace("GMT", "UTC")
        yield text.split(", ")[1]
        return
    stem, digits, zone = re.fullmatch(r"([^.Z+]+)(\.\d+)?(Z|[+-]\d\d:\d\d)?", text, re.ASCII).groups("")  # type: ignore[union-attr]
    yield f"2031-10-11T12:13:14{digits}{zone}"
    yield f"{stem}{digits[:-1].rstrip('.')}{zone}"
    yield f"{stem}{digits or '.'}0{zone}"
    yield from (f"{stem}{digits}{other}" for other in ("Z", "+00:00", "-00:00", "+02:00", "", "z", "+0000"))
    yield stem.split("T")[0]
    yield text.replace("T", " ")
    yield "Thu, 06 Sep 2018 15:58:41 GMT"


def placeholder(site: Site) -> Iterator[Edits]:
    """What the sanitiser writes in place of a value that was taken away, and such a value."""
    if is_text(site) and site.in_json:
        yield from (here(site, text) for text in ("REDACTED", "text-3"))
    elif site.in_json and isinstance(site.value, int | float) and not isinstance(site.value, bool):
        yield from (here(site, number) for number in (0, 4255550100))
