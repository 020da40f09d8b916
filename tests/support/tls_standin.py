"""A receiver of webhooks on this machine, with TLS and a certificate of its own."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "hooks.example"


@dataclass
class Receiver:
    """The posts it got, and the statuses to answer with: the first ones once each, the last for ever.

    While there is a `hold` that is not set, requests are taken and have no answer. `then` is called with each request.
    """

    port: int
    trust: ssl.SSLContext
    certificate: str = ""
    statuses: list[int] = field(default_factory=lambda: [200])
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    hold: threading.Event | None = None
    then: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/in?room=1"


@contextmanager
def receiver(folder: Path) -> Iterator[Receiver]:
    """The receiver, known to `trust` alone under the name HOST."""
    chain = _certificate(folder)
    trust = ssl.create_default_context(cafile=str(chain))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.paths.append(self.path)
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            found.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            found.then()
            if found.hold is not None:
                found.hold.wait(30)
            status = found.statuses.pop(0) if len(found.statuses) > 1 else found.statuses[0]
            self.send_response(status)
            self.send_header("location", "https://169.254.169.254/")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    found = Receiver(server.server_address[1], trust, ssl.DER_cert_to_PEM_cert(_der(chain)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _der(chain: Path) -> bytes:
    """The certificate of a file that holds its key as well."""
    text = chain.read_text()
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE") :])


def _certificate(folder: Path) -> Path:
    """A key and its certificate for HOST in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "chain.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path
