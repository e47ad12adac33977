"""Where the core's source and its build are: a build carries the digest of its source, so that one
of another version is never loaded.
"""

import hashlib
import platform
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("core.c")


def library() -> Path:
    """The file of the build for this source and this kind of machine."""
    source = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]
    return SOURCE.with_name(f"core-{source}-{sys.platform}-{platform.machine()}.so")
