"""What is said of a contact afterwards: surveys, evaluations, complaints."""

from typing import Any

import msgspec

from floorpulse.contracts.events import Origin, Severity, SurveyKind


class Survey(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One survey: when asked, when last answered, the latest answer."""

    kind: SurveyKind
    queue: str | None = None
    offered_at: int | None = None
    answered_at: int | None = None
    score: float = 0.0
    best: float = 0.0
    worst: float = 0.0
    agent: str | None = None

    @property
    def at(self) -> int | None:
        """When the customer was asked; where that is not known, when the last answer came."""
        return self.offered_at if self.offered_at is not None else self.answered_at


class Evaluation(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """The latest version of one quality evaluation; a retraction is a version too."""

    at: int
    retracted: bool = False
    score: float = 0.0
    fatal: bool = False
    calibration: bool = False
    passed: bool | None = None
    queue: str | None = None
    agent: str | None = None
    form: str | None = None
    evaluator: str | None = None


class Statement(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What one event said of a complaint; None where it said nothing."""

    at: int
    closing: bool = False
    severity: Severity | None = None
    category: str | None = None
    origin: Origin | None = None
    valid: bool | None = None
    liable: bool | None = None
    queue: str | None = None
    agent: str | None = None


class Complaint(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One complaint: the set of statements about it, ordered by time; each fact is what was said of
    it last.
    """

    statements: tuple[Statement, ...] = ()

    @property
    def opened_at(self) -> int | None:
        """The first receipt; None while only its closing is known."""
        return min((said.at for said in self.statements if not said.closing), default=None)

    @property
    def closed_at(self) -> int | None:
        """The last closing."""
        return max((said.at for said in self.statements if said.closing), default=None)

    @property
    def settled_at(self) -> int | None:
        """The closing that nothing opened again; None while open, or while the receipt is not
        known.
        """
        opened = max((said.at for said in self.statements if not said.closing), default=None)
        closed = self.closed_at
        return closed if opened is not None and closed is not None and opened <= closed else None

    def last(self, field: str) -> Any:
        """The value of `field` (a name of `Statement`) in the latest statement that gives it, else
        None.
        """
        values = (getattr(said, field) for said in reversed(self.statements))
        return next((value for value in values if value is not None), None)
