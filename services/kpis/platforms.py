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


_ALIBABA = "Alibaba Cloud, Intelligent Contact Center, GetIndexCurrentValue"
_AMAZON = "Amazon Connect Administrator Guide, Metric definitions, Service level"
_ASTERISK = "Asterisk, source of `apps/app_queue.c`"
_BCMS = "Avaya, Basic Call Management System (BCMS) operations, Issue 5.0, VDN status report"
_CMS = "AT&T Call Management System (now Avaya) User's Guide, CMS Reports"
_UCCE = "Cisco WebView Template Reference Guide for Unified CC Enterprise, Release 7.5(1)"
_UCCX = "Cisco Unified CCX Historical Reports User Guide, Release 7.0(1)"
_FLEX = "Twilio Flex, Service Level Preferences"
_GENESYS = "Genesys Cloud, Configure the service level calculation"
_WAZO = "Wazo, description of the API of wazo-call-logd"
_TALKDESK = "Talkdesk Data Dictionary, Contacts' Service Level"
_XCALLY = "XCALLY, Using a metric to get the SLA"

PLATFORMS: dict[Formula, tuple[Named, ...]] = {
    Formula.V1: (
        Named("Amazon Connect", "Service level X", _AMAZON),
        Named("Asterisk", "`SL2` of `queue show`", _ASTERISK),
        Named("Cisco Unified CCE", "SL Aban Positive", _UCCE),
        Named("Cisco Unified CCX", "Service Level Met, Positive Abandon", _UCCX),
    ),
    Formula.V2: (
        Named("Asterisk", "`SL` of `queue show`", _ASTERISK),
        Named("Avaya CMS", "Serv Levl", _CMS),
        Named("Cisco Unified CCX", "Service Level Met, Only Handled", _UCCX),
        Named("Genesys Cloud", "abandons not included", _GENESYS),
        Named("Wazo", "`quality_of_service`", _WAZO),
    ),
    Formula.V3: (
        Named("Alibaba Cloud", "`pickup_rate_20s`", _ALIBABA),
        Named("Avaya BCMS", "% IN SERV LEVL", _BCMS),
        Named("Cisco Unified CCE", "SL Aban Negative", _UCCE),
        Named("Cisco Unified CCX", "Service Level Met, Negative Abandon", _UCCX),
        Named("Genesys Cloud", "abandons and short abandons included", _GENESYS),
    ),
    Formula.V4: (
        Named("Cisco Unified CCE", "SL Aban Ignored", _UCCE),
        Named("Cisco Unified CCX", "Service Level Met, Without Abandon", _UCCX),
        Named("XCALLY", "service level", _XCALLY),
    ),
    Formula.V5: (
        Named("Genesys Cloud", "abandons included, short abandons not", _GENESYS),
        Named("Talkdesk", "% Service Level", _TALKDESK),
        Named("Twilio Flex", "SLA, with Short Abandons", _FLEX),
    ),
    Formula.V6: (),
}
"""Only what was read in the named document; a formula that no document defines has none."""
