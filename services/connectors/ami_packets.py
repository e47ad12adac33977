"""The manager interface's wire: packets of lines `Name: value`, each ended by an empty line."""

from floorpulse.connectors.road import ConnectionLostError

Packet = dict[str, str]
END = b"\r\n\r\n"
LINE_END = b"\r\n"
LONGEST = 256 * 1024
GREETING = "Asterisk Call Manager"


class NotAManagerError(Exception):
    """Whoever answers is no manager interface; the message holds how it began."""


class PacketSplitter:
    """Cuts what comes over a connection into packets, however it was cut on the way.

    The first line is the greeting. Of a name that comes twice in a packet the first value counts.
    """

    def __init__(self) -> None:
        self._rest = b""
        self.is_greeted = False

    def take(self, block: bytes) -> list[Packet]:
        """The packets that the block completes.

        Raises `NotAManagerError`, and `ConnectionLostError` for a packet without an end.
        """
        data = self._rest + block
        if not self.is_greeted:
            data = self._greeted(data)
        *texts, self._rest = data.split(END) if self.is_greeted else [data]
        if len(self._rest) > LONGEST:
            message = f"{len(self._rest):,} bytes came without the end of a packet"
            raise ConnectionLostError(message)
        return [packet for text in texts if (packet := _packet(text))]

    def _greeted(self, data: bytes) -> bytes:
        line, end, rest = data.partition(LINE_END)
        begin = line.decode(errors="replace")[: len(GREETING)]
        if not GREETING.startswith(begin) or (end and begin != GREETING):
            raise NotAManagerError(line.decode(errors="replace")[:60])
        self.is_greeted = bool(end)
        return rest if end else data


def _packet(text: bytes) -> Packet:
    packet: Packet = {}
    for line in text.decode(errors="replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            packet.setdefault(name.strip(), value.strip())
    return packet


def action(name: str, **said: str) -> bytes:
    """A packet that asks for something. What is said cannot end a line."""
    lines = [f"{key}: {' '.join(value.split())}" for key, value in {"Action": name, **said}.items()]
    return "\r\n".join(lines).encode() + END
