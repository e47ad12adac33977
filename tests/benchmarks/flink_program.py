"""Flink as the benchmark sees it."""

from pathlib import Path

from tests.benchmarks.maven import classpath, compiled, version
from tests.benchmarks.programs import Committing
from tests.benchmarks.rig import Rig

FOLDER = Path(__file__).with_name("flink")
VERSION = version(FOLDER, "flink.version")


class Flink(Committing):
    """The Java program of the folder `flink`; it commits offsets with each checkpoint."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        super().__init__(rig, folder, script="")
        words = self.words(rig, folder)
        self.command = ["java", "-Xmx1g", "-cp", classpath(FOLDER), "floorpulse.Peer", *words]

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run; None when it can."""
        return compiled(FOLDER)
