"""Values of the headers that a recording keeps: each header's own form, or a value like any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from harness.cassette.identifiers import REDACTED

_MEDIA: Final = r"(?:\*/\*|(?:application|text)/(?:json|problem\+json|plain|html|xml|x-www-form-urlencoded|\*))"
_PARAMETER: Final = (
    r"(?:\s*;\s*(?:charset=utf-8|odata\.metadata=(?:minimal|full|none)|odata\.streaming=(?:true|false)"
    r"|IEEE754Compatible=(?:true|false)|q=[01](?:\.[0-9]{1,3})?))*"
)
_TYPES: Final = rf"{_MEDIA}{_PARAMETER}(?:\s*,\s*{_MEDIA}{_PARAMETER})*"

_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(form, re.IGNORECASE)
    for name, form in {
        "content-type": _TYPES,
        "accept": _TYPES,
        "retry-after": r"[0-9]{1,5}",
        "odata-version": r"[0-9]\.[0-9]{1,2}",
        "strict-transport-security": r"max-age=[0-9]{1,9}(?:\s*;\s*(?:includeSubDomains|preload))*",
        "user-agent": r"Microsoft-Skype/[0-9.]{1,8},? ?\(Calling/[0-9.]{1,8}\)",
    }.items()
}
_BEARER: Final = re.compile(r"(bearer)(\s*)(.*)", re.IGNORECASE | re.DOTALL)


def header_value(name: str, text: str, value: Callable[[str], str]) -> str:
    """What is kept of a header's value."""
    if name.lower() == "authorization":
        return _authorization(text)
    form = _FORMS.get(name.lower())
    return text if form is not None and form.fullmatch(text) else value(text)


def _authorization(text: str) -> str:
    """Only that there is a token, and that it is called one: what Graph refuses is a missing one."""
    match = _BEARER.fullmatch(text)
    if match is None:
        return REDACTED if text else text
    return f"{match[1]} {REDACTED}" if match[3].strip() else match[1]
