"""Recordings of `recordResponse`, where its operation says that they are: silence, for whoever has the token.

Graph keeps them outside of itself, and so they have none of its headers and errors. Source: documented, call-record
example 2; the address, and what a wrong token is answered, are assumed.
"""

from __future__ import annotations

import io
import wave
from functools import cache
from typing import Final

from flask import Blueprint, Response, current_app, request

from harness.server.fake import fake_of

PREFIX: Final = "/recordings"
_HERTZ: Final = 16_000
_SECONDS: Final = 1

blueprint = Blueprint("recordings", __name__, url_prefix=PREFIX)


def is_recording(path: str) -> bool:
    return path.startswith(f"{PREFIX}/")


@blueprint.get("/<recording_id>")
def get_recording(recording_id: str) -> Response:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    location = f"{request.scheme}://{request.host}{PREFIX}/{recording_id}"
    if not fake_of(current_app).world.opens_recording(location, token):
        return Response(status=401)
    return Response(_silence(), mimetype="application/octet-stream")


@cache
def _silence() -> bytes:
    """A second of it, as a wave file of 16 kHz, 16 bit, one channel (documented, resources/mediaprompt)."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_HERTZ)
        out.writeframes(bytes(2 * _HERTZ * _SECONDS))
    return file.getvalue()
