"""Callers' numbers as telephone systems write them: those that name nobody."""

import re

NOBODY = re.compile(
    "|unknown|anonymous|restricted|private|unavailable|asterisk|<unknown>|0{10}", re.IGNORECASE
)
"""What stands where a number was withheld or is not known; ten zeros are FreeSWITCH's own word for
it
"""


def customer_of(number: str) -> str | None:
    """The number as a customer; None where it names nobody: all of them would else be one customer
    who calls again and again.
    """
    return None if NOBODY.fullmatch(number) else number
