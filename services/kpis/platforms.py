"""What contact-centre platforms call the six service-level formulas, each as its own documentation
defines it.
"""

from typing import NamedTuple

from floorpulse.kpis.policies import Formula


class Named(NamedTuple):
    """A platform's figure that is a formula, and the title of the document that defines it."""

    platform: str
    figure: str
    source: str


_ASTERISK = "Asterisk, source of `apps/app_queue.c`"
_UCCX = "Cisco Unified CCX Historical Reports User Guide, Release 7.0(1)"
_GENESYS = "Genesys Cloud, Configure the service level calculation"
_WAZO = "Wazo, description of the API of wazo-call-logd"
_TALKDESK = "Talkdesk Data Dictionary, Contacts' Service Level"

PLATFORMS: dict[Formula, tuple[Named, ...]] = {
    Formula.V1: (
        Named("Asterisk", "`SL2` of `queue show`", _ASTERISK),
        Named("Cisco Unified CCX", "Service Level Met, Positive Abandon", _UCCX),
    ),
    Formula.V2: (
        Named("Asterisk", "`SL` of `queue show`", _ASTERISK),
        Named("Cisco Unified CCX", "Service Level Met, Only Handled", _UCCX),
        Named("Genesys Cloud", "abandons not included", _GENESYS),
        Named("Wazo", "`quality_of_service`", _WAZO),
    ),
    Formula.V3: (
        Named("Cisco Unified CCX", "Service Level Met, Negative Abandon", _UCCX),
        Named("Genesys Cloud", "abandons and short abandons included", _GENESYS),
    ),
    Formula.V4: (Named("Cisco Unified CCX", "Service Level Met, Without Abandon", _UCCX),),
    Formula.V5: (
        Named("Genesys Cloud", "abandons included, short abandons not", _GENESYS),
        Named("Talkdesk", "% Service Level", _TALKDESK),
    ),
    Formula.V6: (),
}
"""Only what was read in the named document; a formula that no document defines has none."""
