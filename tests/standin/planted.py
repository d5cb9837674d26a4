"""What a tenant knows and no cassette may tell: secrets and personal data, all of them invented.

Whatever the stand-in writes of a person, an organisation or a secret is from here, or drawn while it runs (`Drawn`).
Phone numbers are of the ranges that are set aside for films and plays.
"""

from __future__ import annotations

import base64
import json
import threading
import uuid
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

TENANT_ID: Final = "6f2d3b0e-94c7-4d58-9a31-c5e80b7f1a26"
TENANT_NAME: Final = "fabrikam-pflege.onmicrosoft.com"
CLIENT_ID: Final = "b81f6c52-0d3e-4f7a-8e19-27a4d95c60ef"
SERVICE_PRINCIPAL_ID: Final = "c90a7e44-5b12-49d3-b6f8-1e7d3a92c504"
# Put together here, so that no scanner of repositories takes them for somebody's real ones.
CLIENT_SECRET: Final = "nE48" + "Q~" + "stand.in_0f-4w5K7pLxT3vYcB9dRh2JmUq"
EXPIRED_SECRET: Final = "Kp28" + "Q~" + "stand.in_9z-1a2B3cDe4Fg5Hi6Jk7Lm8Nn"

TUNNEL_HOST: Final = "bot-calls.fabrikam-pflege.de"
CALLBACK_PATH: Final = "/api/calls/7d0b"
CALLBACK_URL: Final = f"https://{TUNNEL_HOST}{CALLBACK_PATH}"
BOT_NAME: Final = "Empfang Fabrikam Pflege"
APP_INSTANCE_ID: Final = "31d8a5f7-6c2e-4b90-a4d1-f08e5b3c7926"
APP_INSTANCE_PHONE: Final = "+493023125017"
CALLER_PHONE: Final = "+493023125404"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    mail: str
    phone: str

    @property
    def mri(self) -> str:
        return f"8:orgid:{self.id}"


ADELE: Final = Person(
    "d4c1e9b2-7a60-4f35-8b0d-93e5f2a1c748", "Adele Vänskä", "adele.vanska@fabrikam-pflege.de", "+493023125111"
)
BENNO: Final = Person(
    "0e7b5d38-c2f4-4a91-9d6e-b14f8037a5cd", "Benno Okonkwo-Reiß", "benno.okonkwo@fabrikam-pflege.de", "+493023125222"
)
CARLA: Final = Person(
    "a96f0c27-3e8b-4d14-b5c9-68d2e7f1305b", "Carla d'Ambrosio", "carla.dambrosio@fabrikam-pflege.de", "+14255550133"
)
PEOPLE: Final = (ADELE, BENNO, CARLA)

_MEETING_KEY: Final = base64.b64encode(b"NjE4ZTg0-Sprechstunde-Montag-1017").decode().rstrip("=")
THREAD_ID: Final = f"19:meeting_{_MEETING_KEY}@thread.v2"
CHAT_ID: Final = f"19:{ADELE.id}_{CLIENT_ID}@unq.gbl.spaces"
_CONTEXT: Final = json.dumps({"Tid": TENANT_ID, "Oid": ADELE.id}, separators=(",", ":"))
MEETING_URL: Final = (
    f"https://teams.microsoft.com/l/meetup-join/{quote(THREAD_ID, safe='')}/0?context={quote(_CONTEXT, safe='')}"
)
MEETING_ID: Final = base64.b64encode(f"1*{ADELE.id}*0**{THREAD_ID}".encode()).decode()
MEETING_SUBJECT: Final = "Sprechstunde Frau Vänskä, Zimmer 214"
JOIN_ID: Final = "318 224 907 561"
PASSCODE: Final = "hT7wQz"
CALLER_ADDRESS: Final = "203.0.113.77"
ROLE_INSTANCE: Final = "AM4PEPF0002B3C1"
CLIENT_VERSION: Final = "SkypeSpaces/1415/1.0.0.2026081712/os=windows; host=FABRIKAM-WS-0417"

PLANTED: Final = (
    TENANT_ID,
    TENANT_ID.upper(),
    TENANT_ID.replace("-", ""),
    TENANT_NAME,
    CLIENT_ID,
    SERVICE_PRINCIPAL_ID,
    CLIENT_SECRET,
    EXPIRED_SECRET,
    TUNNEL_HOST,
    CALLBACK_PATH,
    BOT_NAME,
    APP_INSTANCE_ID,
    APP_INSTANCE_PHONE,
    CALLER_PHONE,
    *(
        value
        for person in PEOPLE
        for value in (
            person.id,
            person.id.upper(),
            person.id.replace("-", ""),
            person.mri,
            person.name,
            person.mail,
            person.phone,
        )
    ),
    THREAD_ID,
    CHAT_ID,
    MEETING_URL,
    MEETING_ID,
    MEETING_SUBJECT,
    JOIN_ID,
    PASSCODE,
    CALLER_ADDRESS,
    ROLE_INSTANCE,
    CLIENT_VERSION,
)
"""Every one of them, in each spelling that is written. No part of a sanitised file may hold one, however encoded."""


class Drawn:
    """What was made up while it ran: ids and tokens. They are as secret as the rest."""

    def __init__(self) -> None:
        self._values: list[str] = []
        self._lock = threading.Lock()

    def id(self) -> str:
        return self.keep(str(uuid.uuid4()))

    def keep(self, value: str) -> str:
        with self._lock:
            self._values.append(value)
        return value

    def __contains__(self, value: str) -> bool:
        with self._lock:
            return value in self._values

    @property
    def values(self) -> list[str]:
        with self._lock:
            return list(self._values)
