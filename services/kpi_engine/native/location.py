"""Where the core's source and its build are: a build carries the digest of its source, so that one
of another version is never loaded.
"""

import hashlib
import platform
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("core.c")
"""Includes the other parts, the headers beside it"""


def library() -> Path:
    """The file of the build for this source and this kind of machine."""
    source = hashlib.sha256()
    for part in (SOURCE, *sorted(SOURCE.parent.glob("*.h"))):
        source.update(part.read_bytes())
    digest = source.hexdigest()[:12]
    return SOURCE.with_name(f"core-{digest}-{sys.platform}-{platform.machine()}.so")
