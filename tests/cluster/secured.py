"""A cluster as others run theirs: one node with OpenSearch's security plugin. It speaks TLS with a
certificate that it made itself, knows its users by their passwords, and lets each do what its role
may.
"""

import shutil
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from cluster.jars import class_path, plugin
from cluster.node import QUICK, Node
from cluster.ports import free_ports

_PLUGIN = "org.opensearch.security.OpenSearchSecurityPlugin"
_API = "/_plugins/_security/api"
_PASSWORD = "changeit"  # noqa: S105 - of the files of a test
_ADMIN = ("admin", "admin")  # of the plugin's own example
_LONGEST_START = 120.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """One that signs itself, as Java and as others read it."""

    keys: Path
    trusted: Path
    pem: Path

    @classmethod
    def made(cls, folder: Path) -> Self:
        folder.mkdir(parents=True)
        one = cls(folder / "keys.p12", folder / "trusted.p12", folder / "ca.pem")
        _keytool(
            *("-genkeypair", "-keystore", str(one.keys), "-alias", "node", "-keyalg", "EC"),
            *("-dname", "CN=node", "-ext", "san=ip:127.0.0.1", "-ext", "bc:c=ca:true"),
        )
        told = ("-alias", "node", "-rfc", "-file", str(one.pem))
        _keytool("-exportcert", "-keystore", str(one.keys), *told)
        read = ("-alias", "node", "-noprompt", "-file", str(one.pem))
        _keytool("-importcert", "-keystore", str(one.trusted), *read)
        return one


class Secured:
    """The node; nothing but an error comes out of it without a user."""

    def __init__(self, folder: Path) -> None:
        http, transport = free_ports(2)
        self.url = f"https://127.0.0.1:{http}"
        self.snapshots = folder / "snapshots"
        self._folder = folder
        self.certificate = Certificate.made(folder / "certificates")
        settings = {
            "cluster.name": "secured",
            "discovery.type": "single-node",
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "network.host": "127.0.0.1",
            "transport.port": transport,
            "path.repo": [str(self.snapshots)],
            **_security(self.certificate),
        }
        self._node = Node(folder / "node", http, settings)

    def __enter__(self) -> Self:
        jars, files = plugin("opensearch-security")
        shutil.copytree(files / "config", self._folder / "node" / "opensearch-security")
        self._node.start(f"{class_path()}:{jars}", *QUICK, told=("-pluginTypes", _PLUGIN))
        try:
            self._wait()
            # It would lend every user rights beside those of the own role.
            self.asked("DELETE", f"{_API}/rolesmapping/own_index").raise_for_status()
        except BaseException:
            self._node.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._node.stop()

    def asked(self, method: str, path: str, body: object = None) -> httpx.Response:
        """As who may do everything."""
        trusted = ssl.create_default_context(cafile=self.certificate.pem)
        with httpx.Client(verify=trusted, auth=_ADMIN, timeout=60) as client:
            return client.request(method, f"{self.url}{path}", json=body)

    def add_user(self, name: str, password: str, role: Mapping[str, object]) -> None:
        """Who may do what the role of the same name says, and nothing else."""
        user = {"password": password, "opendistro_security_roles": [name]}
        self.asked("PUT", f"{_API}/roles/{name}", role).raise_for_status()
        self.asked("PUT", f"{_API}/internalusers/{name}", user).raise_for_status()

    def _wait(self) -> None:
        end = time.monotonic() + _LONGEST_START
        while not self._is_there():
            if time.monotonic() > end or self._node.has_failed:
                raise TimeoutError(f"The node does not start: {self._node.log}")
            time.sleep(0.2)

    def _is_there(self) -> bool:
        """It answers before it knows its users."""
        try:
            return self.asked("GET", "/_cluster/health").is_success
        except httpx.TransportError:
            return False


def _security(certificate: Certificate) -> dict[str, object]:
    keys = {
        "keystore_type": "PKCS12",
        "keystore_filepath": str(certificate.keys),
        "keystore_password": _PASSWORD,
    }
    trusted = {
        "truststore_type": "PKCS12",
        "truststore_filepath": str(certificate.trusted),
        "truststore_password": _PASSWORD,
    }
    said = {
        "ssl.http.enabled": True,
        **{
            f"ssl.{way}.{name}": value
            for way in ("http", "transport")
            for name, value in keys.items()
        },
        **{f"ssl.transport.{name}": value for name, value in trusted.items()},
        "ssl.transport.enforce_hostname_verification": False,
        "allow_default_init_securityindex": True,
        "nodes_dn": ["CN=node"],
        "restapi.roles_enabled": ["all_access"],
    }
    return {f"plugins.security.{name}": value for name, value in said.items()}


def _keytool(*words: str) -> None:
    command: Sequence[str] = ("keytool", *words, "-storetype", "PKCS12", "-storepass", _PASSWORD)
    subprocess.run(command, check=True, capture_output=True)
