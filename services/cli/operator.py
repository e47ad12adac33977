"""Who works at the command line, as the audit log names them."""

import getpass

NOBODY = "cli"
"""A user id without a name: a container's, for example"""


def operator() -> str:
    """`cli:` and the user of the machine."""
    try:
        return f"{NOBODY}:{getpass.getuser()}"
    except (KeyError, OSError):
        return NOBODY
