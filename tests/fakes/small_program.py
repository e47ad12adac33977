"""A program of a demo that says who it is and waits: `bows` to SIGTERM, is `deaf` to it, or `fails`
at once.
"""

import os
import signal
import sys


def main() -> int:
    """Its exit code."""
    [manner] = sys.argv[1:]
    if manner == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    names = sorted(os.environ)  # noqa: TID251  it says what it was given
    sys.stdout.write(f"{manner} {names} {os.getpid()} {os.getpgid(0)}\n")
    sys.stdout.flush()
    while manner != "fails":
        signal.pause()
    return 3


if __name__ == "__main__":
    sys.exit(main())
