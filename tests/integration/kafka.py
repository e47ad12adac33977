"""A real Apache Kafka node for tests, run by deploy/kafka/kafka.sh on free ports."""

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL, SIGTERM

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from floorpulse.demo.embedded.child import LOOPBACK, Child, StopStep, free_port, insist, tether
from floorpulse.runtime.settings import KafkaSettings
from tests.integration.answering import certificates, listens

SCRIPT = Path(__file__).parents[2] / "deploy" / "kafka" / "kafka.sh"
FETCH_WITHIN = 600.0
START_WITHIN = 300.0
STOP_WITHIN = 30.0
CLEAR_WITHIN = 30.0
LOOK_AGAIN_AFTER = 0.25

PATIENT = {"broker.session.timeout.ms": "60000", "group.max.session.timeout.ms": "600000"}
"""Broker properties: a busy machine is no reason to lose broker or group."""


def available() -> str | None:
    """Why Apache Kafka cannot run here (no JDK 17, no Maven to fetch it); None when it can."""
    check = subprocess.run([SCRIPT, "check"], capture_output=True, text=True, check=False)
    return (
        check.stderr.strip() or f"kafka.sh check: exit code {check.returncode}"
        if check.returncode
        else None
    )


USER = "floor"
PASSWORD = "only-known-to-tests"  # noqa: S105  it is
GUARDED = ("SSL", "SASL_PLAINTEXT", "SASL_SSL")


class ApacheKafka:
    """One broker on 127.0.0.1 with its data in `directory`; ports are chosen at the first start and
    stay.

    So it can be stopped or killed and started again as the same broker. With `proxied`, two ports,
    it listens on the first as well and tells those who come there to use the second: where a proxy
    in front of it listens. `guarded`, it has a port for each protocol that lets not everybody in.
    """

    def __init__(
        self, directory: Path, proxied: tuple[int, int] | None = None, *, guarded: bool = False
    ) -> None:
        self._directory = directory
        self._proxied = proxied
        self._guarded = guarded
        self._guarded_ports: dict[str, int] = {}
        self._ports: tuple[int, int] | None = None
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """Its address, host:port."""
        port, _ = self._ports or (0, 0)
        return f"{LOOPBACK}:{port}"

    @property
    def pid(self) -> int:
        """Process id of the server, to freeze it for example."""
        assert self._child is not None, "not started"
        return self._child.pid

    def access(self, protocol: str, mechanism: str = "SCRAM-SHA-512") -> KafkaSettings:
        """Settings of who is let in by a protocol of `GUARDED`."""
        secured = {
            "ssl_ca_file": str(self.certificate),
            "ssl_cert_file": str(self.certificate),
            "ssl_key_file": str(self.certificate.with_name("key.pem")),
        }
        user = {"sasl_mechanism": mechanism, "sasl_username": USER, "sasl_password": PASSWORD}
        return KafkaSettings.model_validate(
            {
                "bootstrap_servers": f"localhost:{self._guarded_ports[protocol]}",
                "security_protocol": protocol,
                **(secured if protocol.endswith("SSL") else {}),
                **(user if protocol.startswith("SASL") else {}),
            }
        )

    @property
    def certificate(self) -> Path:
        """What a guarded broker shows and trusts."""
        return self._directory / "certificate.pem"

    async def start(self) -> None:
        """Fetch the jars if needed, start, return when an admin client can list the topics."""
        await asyncio.to_thread(_fetch)
        if self._guarded and not self._guarded_ports:
            certificates(self._directory)
            self._guarded_ports = {protocol: free_port() for protocol in GUARDED}
        self._child = await insist(self._launch)

    async def stop(self) -> None:
        """An orderly end; the data stays."""
        child = self._child
        self._child = None
        if child:
            await child.stop(StopStep(SIGTERM, STOP_WITHIN))

    async def clear(self) -> None:
        """Delete every topic; returns when they are gone."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            async with asyncio.timeout(CLEAR_WITHIN):
                while left := [
                    name for name in await admin.list_topics() if not name.startswith("__")
                ]:
                    await admin.delete_topics(left)
                    await asyncio.sleep(LOOK_AGAIN_AFTER)
        finally:
            await admin.close()

    async def _launch(self) -> Child:
        ports = self._ports or (free_port(), free_port())
        child = await Child.spawn(self._command(*ports), self._directory / "kafka.log", os.environ)  # noqa: TID251  Java's and PATH
        await child.until(lambda: _lists_topics(ports[0]), START_WITHIN)
        self._ports = ports
        return child

    def _command(self, port: int, controller_port: int) -> list[str | Path]:
        where = [
            "--port",
            str(port),
            "--controller-port",
            str(controller_port),
            "--data",
            str(self._directory),
        ]
        properties = {
            **PATIENT,
            **(listeners(port, controller_port, *self._proxied) if self._proxied else {}),
            **(guard(port, controller_port, self._guarded_ports) if self._guarded else {}),
            **(stores(self._directory) if self._guarded else {}),
        }
        overrides = [
            word for name, value in properties.items() for word in ("--set", f"{name}={value}")
        ]
        user = ("--user", f"{USER}={PASSWORD}") if self._guarded else ()
        return [*tether(SIGKILL), SCRIPT, "run", *where, *user, *overrides]


def listeners(port: int, controller_port: int, behind: int, proxy: int) -> dict[str, str]:
    """Properties of a broker that also listens on `behind`, for clients who came through a proxy on
    the port `proxy`.
    """
    own = f"PLAINTEXT://{LOOPBACK}:{port}"
    return {
        "listeners": f"{own},PROXIED://{LOOPBACK}:{behind},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"{own},PROXIED://{LOOPBACK}:{proxy}",
        "listener.security.protocol.map": (
            "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"
        ),
    }


def guard(port: int, controller_port: int, guarded: Mapping[str, int]) -> dict[str, str]:
    """Properties of a broker that listens for each protocol on a port of its own as well. Who comes
    over SSL shows a certificate, who comes over SASL is a user; there is PLAIN over TLS only.
    """
    own = f"PLAINTEXT://{LOOPBACK}:{port}"
    more = ",".join(f"{name}://{LOOPBACK}:{one}" for name, one in guarded.items())
    told = ",".join(f"{name}://localhost:{one}" for name, one in guarded.items())
    login = "org.apache.kafka.common.security"
    scram = {
        f"listener.name.{listener}.scram-sha-{bits}.sasl.jaas.config": (
            f"{login}.scram.ScramLoginModule required;"
        )
        for listener in ("sasl_ssl", "sasl_plaintext")
        for bits in (256, 512)
    }
    return {
        "listeners": f"{own},CONTROLLER://{LOOPBACK}:{controller_port},{more}",
        "advertised.listeners": f"{own},{told}",
        "listener.security.protocol.map": ",".join(
            ("PLAINTEXT:PLAINTEXT", "CONTROLLER:PLAINTEXT", *(f"{one}:{one}" for one in guarded))
        ),
        "listener.name.ssl.ssl.client.auth": "required",
        "listener.name.sasl_plaintext.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.sasl_ssl.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": (
            f'{login}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
        **scram,
    }


def stores(folder: Path) -> dict[str, str]:
    """Properties that name the certificate and key in a folder; Kafka reads both from one file."""
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "certificate.pem"),
    }


def _fetch() -> None:
    subprocess.run([SCRIPT, "fetch"], check=True, timeout=FETCH_WITHIN)


async def _lists_topics(port: int) -> bool:
    if not await listens(port):  # quietly, where an admin client would log an error
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{LOOPBACK}:{port}", request_timeout_ms=5000)
    try:
        await admin.start()
        await admin.list_topics()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True
