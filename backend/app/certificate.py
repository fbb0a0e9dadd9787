"""A certificate for the local network: phones give the camera to secure pages only.

A small authority of this installation signs the server's certificate; a phone that installs the authority once
(`/rampa-ca.crt`) trusts the server for good.
"""

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=365)


def local_addresses() -> list[str]:
    """Addresses by which others on the network may reach this machine; sends nothing."""
    found = {"127.0.0.1"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: only asks the kernel which way it would go
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return sorted(found)


def make_certificates(folder: Path, names: list[str]) -> tuple[Path, Path, Path]:
    """(authority, certificate, key) as PEM files in `folder`; made anew when missing, expired or for other names."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_file, ca_key_file = folder / "rampa-ca.crt", folder / "rampa-ca.key"
    cert_file, key_file = folder / "server.crt", folder / "server.key"
    if not (ca_file.is_file() and ca_key_file.is_file()):
        _make_authority(ca_file, ca_key_file)
        cert_file.unlink(missing_ok=True)
    if not _still_fits(cert_file, names):
        _make_server(ca_file, ca_key_file, cert_file, key_file, names)
    return ca_file, cert_file, key_file


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _make_authority(ca_file: Path, ca_key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Rampa on {socket.gethostname()}"[:64])])
    now = datetime.now(UTC)
    authority = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _write_key(ca_key_file, key)
    ca_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))


def _names(names: list[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _still_fits(cert_file: Path, names: list[str]) -> bool:
    if not cert_file.is_file():
        return False
    certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
    if certificate.not_valid_after_utc < datetime.now(UTC) + timedelta(days=7):
        return False
    covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(_names(names)) <= set(covered)


def _make_server(ca_file: Path, ca_key_file: Path, cert_file: Path, key_file: Path, names: list[str]) -> None:
    authority = x509.load_pem_x509_certificate(ca_file.read_bytes())
    ca_key = serialization.load_pem_private_key(ca_key_file.read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rampa")]))
        .issuer_name(authority.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + SERVER_LIFE)
        .add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )  # fmt: skip
    _write_key(key_file, key)
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
