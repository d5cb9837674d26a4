"""`python -m tests.standin`: the tenant as a process of its own; it ends when its standard input does.

Prints one line of JSON: `tls`, `proxy` and `control` (ports on loopback) and `ca_file`.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
from pathlib import Path

import flask
import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config

from tests.standin.app import HOSTS, world
from tests.standin.asgi import Threaded
from tests.standin.proxy import start_proxy


async def main() -> None:
    beyond, control, _ = world()
    with tempfile.TemporaryDirectory(prefix="standin-") as folder:
        authority = trustme.CA(organization_name="Stand-in")
        shown = authority.issue_cert(*HOSTS, "127.0.0.1", "localhost")
        key, chain, ca_file = (Path(folder, name) for name in ("key.pem", "chain.pem", "ca.pem"))
        shown.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(blob.bytes() for blob in shown.cert_chain_pems))
        authority.cert_pem.write_to_path(ca_file)
        tls, plain = _free(), _free()
        proxy = await start_proxy(HOSTS, tls.getsockname()[1])
        ports = {"tls": tls, "proxy": proxy.sockets[0], "control": plain}
        said = {name: listening.getsockname()[1] for name, listening in ports.items()}
        served = [
            asyncio.create_task(_served(beyond, tls, keyfile=str(key), certfile=str(chain))),
            asyncio.create_task(_served(control, plain)),
        ]
        print(json.dumps({**said, "ca_file": str(ca_file)}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        assert not any(task.done() for task in served)
    sys.stdout.flush()
    os._exit(0)  # whoever is connected still, and what is due, goes with it


def _free() -> socket.socket:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    return listening


async def _served(app: flask.Flask, listening: socket.socket, **tls: str) -> None:
    """Until it is cancelled; HTTP/2 and HTTP/1.1 where there is TLS."""
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    config.errorlog = None
    config.include_date_header = config.include_server_header = False
    for name, value in tls.items():
        setattr(config, name, value)
    await serve(Threaded(app), config, shutdown_trigger=asyncio.Event().wait)


if __name__ == "__main__":
    asyncio.run(main())
