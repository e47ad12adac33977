"""What an operator may set about the complaint watch."""

from typing import Annotated

from pydantic import BaseModel, Field

from floorpulse.alerts.domain.contacts_at_risk import RiskThresholds
from floorpulse.alerts.watch.rules import WatchRules
from floorpulse.board.domain.windows import HOUR, MINUTE


class WatchSettings(BaseModel):
    """When a contact is one at risk, how often and how far back it is looked for.
    `FLOORPULSE_WATCH__…`
    """

    every_seconds: Annotated[
        float, Field(ge=1, le=3600, description="between two looks at the visits that changed")
    ] = 15.0
    days: Annotated[
        int,
        Field(
            ge=1,
            le=31,
            description="local days whose visits are looked at, today included: what changes a "
            "visit later puts it on no list",
        ),
    ] = 2
    keep_days: Annotated[int, Field(ge=1, le=3650, description="lists that are kept")] = 90
    due_minutes: Annotated[
        int,
        Field(
            ge=1,
            le=10_080,
            description="minutes of business hours within which somebody should have seen to a "
            "contact",
        ),
    ] = 240
    reasons: Annotated[
        int,
        Field(
            ge=1,
            le=5,
            description="so many reasons together put a contact on the list; a low score alone "
            "does",
        ),
    ] = 2
    wait_seconds: Annotated[
        int, Field(ge=1, le=86_400, description="a wait of so long is a reason, answered or not")
    ] = 180
    hold_seconds: Annotated[
        int, Field(ge=1, le=86_400, description="so long on hold in all is a reason")
    ] = 120
    transfers: Annotated[int, Field(ge=1, le=20, description="passed on so often is a reason")] = 1
    repeats: Annotated[
        int,
        Field(
            ge=1, le=20, description="so many other contacts of the customer before are a reason"
        ),
    ] = 1
    repeat_hours: Annotated[
        int, Field(ge=1, le=168, description="hours in which those contacts were offered")
    ] = 24
    score: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="a survey answered at or below this share of its scale is a reason: 0.25 "
            "is 1 and 2 of 1 to 5",
        ),
    ] = 0.25

    @property
    def rules(self) -> WatchRules:
        """What makes a contact a risk, and how far back is looked."""
        return WatchRules(
            self.thresholds,
            days=self.days,
            keep_days=self.keep_days,
            repeat=self.repeat_hours * HOUR,
            within=self.due_minutes * MINUTE,
        )

    @property
    def thresholds(self) -> RiskThresholds:
        """What makes a contact a risk."""
        return RiskThresholds(
            wait=self.wait_seconds,
            transfers=self.transfers,
            repeats=self.repeats,
            hold=self.hold_seconds,
            score=self.score,
            reasons=self.reasons,
        )
