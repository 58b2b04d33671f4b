# ruff: noqa: E501
"""Talks to the outside, and to servers that a grader might run."""

from __future__ import annotations

from functools import partial

from tests.adversarial.attacks.pieces import BOMB, MARK
from tests.adversarial.attacks.submission import hostile

attack = partial(hostile, "network")


ATTACKS = (
    attack(
        "calls_home",
        MARK,
        """
        import socket
        def tell():
            for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET6, ("::1", @PORT@)),
                                    (socket.AF_UNIX, "@MARK@/socket"), (socket.AF_UNIX, "\\0@TOKEN@")):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    try:
                        with socket.socket(family, kind) as s:
                            s.settimeout(1); s.connect(address); s.sendall(b"hidden"); mark("network")
                    except OSError: pass
            try: socket.getaddrinfo("example.com", 80); mark("dns")
            except OSError: pass
            try: __import__("urllib.request").request.urlopen("http://127.0.0.1:@PORT@/", timeout=1); mark("http")
            except Exception: pass
        tell()
        def sigmoid(z): tell(); return z
    """,
    ),
    attack(
        "log_server_of_otter",
        MARK,
        BOMB,
        """
        import socket, struct
        data = pickle.dumps(Bomb())
        for port in range(32768, 61000):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=0.01) as s:
                    s.sendall(struct.pack(">L", len(data)) + data); mark("connected")
            except OSError: pass
    """,
    ),
)
