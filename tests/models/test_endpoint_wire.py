import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models import endpoint_wire
from models.endpoint_config import EndpointConfig
from models.endpoint_trouble import Failed
from models.endpoint_wire import Wire, read_whole
from models.scripted_endpoint import Act, Pause, catalogue, problem, scripted_endpoint
from vision.errors import ConfigError


@pytest.fixture
def certificate(tmp_path):
    """A file with a certificate for 127.0.0.1 that nobody signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


async def listing(url, **options):
    wire = Wire(EndpointConfig(url, **options))
    try:
        async with wire.get("/models") as response:
            return await read_whole(response)
    finally:
        await wire.aclose()


async def test_a_certificate_is_trusted_if_the_operator_says_so(certificate):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    with scripted_endpoint(Act(), tls=tls) as server:
        with pytest.raises(Failed, match="its certificate is not trusted here") as caught:
            await listing(server.url)
        assert (caught.value.trouble.again, caught.value.trouble.lasting) == (False, True)
        assert b"scripted" in await listing(server.url, authorities=certificate)


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_certificates_that_cannot_be_used_are_refused(tmp_path, content):
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"authorities\.pem.*name a PEM file"):
        Wire(EndpointConfig("https://127.0.0.1", authorities=path))


async def test_something_that_does_not_speak_tls_is_not_waited_for():
    with scripted_endpoint(Act()) as server, pytest.raises(Failed, match="no connection"):
        await listing(server.url.replace("http:", "https:"))


async def test_a_body_is_bounded(monkeypatch):
    monkeypatch.setattr(endpoint_wire, "LONGEST_BODY", 100)
    for size, fits in ((100, True), (101, False)):
        with scripted_endpoint(Act(), models=Act((b"x" * size,))) as server:
            if fits:
                assert len(await listing(server.url)) == size
            else:
                with pytest.raises(Failed, match="far too much"):
                    await listing(server.url)


async def test_a_complaint_that_stalls_is_quoted_as_far_as_it_came(monkeypatch):
    monkeypatch.setattr(endpoint_wire, "COMPLAINING", 0.1)
    stalled = Act((b"no such", Pause(60)), 418, "text/plain")
    said = r"refused \(HTTP 418: no such\)"
    with scripted_endpoint(Act(), models=stalled) as server, pytest.raises(Failed, match=said):
        await listing(server.url)


async def test_asking_for_the_list_is_not_tried_again():
    with scripted_endpoint(Act(), models=problem(503, "loading")) as server:
        with pytest.raises(Failed, match="loading"):
            await listing(server.url)
        assert len(server.requests) == 1


async def test_only_what_is_needed_is_sent():
    with scripted_endpoint(Act(), models=catalogue("a")) as server:
        await listing(server.url)
    headers = dict(server.requests[0].headers)
    assert headers.pop("host") == server.url.removeprefix("http://")
    assert headers == {
        "accept": "text/event-stream, application/json",
        "accept-encoding": "identity",
        "connection": "keep-alive",
        "content-type": "application/json",
        "user-agent": "openeyes",
    }
