"""What an incident of a rule is: how bad, what people call it, who is told."""

from collections.abc import Callable
from dataclasses import dataclass, field

from floorpulse.alerts.domain.alert import Transition
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.on_call import EscalationBody, Severity
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.rule_terms import RuleBody


@dataclass(frozen=True)
class Description:
    """What stands in an incident beside what happened; `policy` None tells nobody."""

    severity: Severity = Severity.WARNING
    names: dict[str, str] = field(default_factory=dict)
    policy: EscalationBody | None = None
    runbook: str | None = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleDescriptions:
    """Descriptions by the definitions that are in force when asked."""

    definitions: Callable[[], Definitions]

    def described(self, transition: Transition) -> Description:
        """What an incident that opens by this transition is.

        A rule that is gone by now leaves a warning of that name, which tells nobody.
        """
        subject = transition.subject
        known = self.definitions().at(subject.tenant, transition.at)
        found = known.versions.get(Kind.RULE, {}).get(subject.rule)
        body = None if found is None else found.body
        if not isinstance(body, RuleBody):
            return Description(names={"en": subject.rule})
        return Description(
            body.severity,
            dict(body.names),
            _policy(known, body),
            body.runbook,
            {str(name): str(value) for name, value in body.labels.items()},
        )


def _policy(definitions: InForce, rule: RuleBody) -> EscalationBody | None:
    found = OnCallInForce(definitions).escalation(rule)
    return None if found is None else found.body


def policy_of(definitions: InForce, name: str | None) -> EscalationBody | None:
    """The escalation policy of that id; None where there is none."""
    found = definitions.versions.get(Kind.ESCALATION, {}).get(name or "")
    body = None if found is None else found.body
    return body if isinstance(body, EscalationBody) else None
