"""From what Alertmanager told to incidents, and the look at what it has."""

from collections.abc import Callable

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.bridges.alertmanager_client import AlertmanagerAway
from floorpulse.alerts.bridges.alertmanager_input import (
    AlertmanagerDescriptions,
    AlertmanagerInput,
    AlertmanagerLook,
)
from floorpulse.alerts.domain.alert import EvaluationBatch, Transition, TransitionKind
from floorpulse.alerts.domain.alertmanager_in import PresentAlert, PresentReceiver, PresentStatus
from floorpulse.alerts.domain.alertmanager_out import instant
from floorpulse.alerts.domain.descriptions import Description, RuleDescriptions
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.alertmanager import MemoryAlertmanager
from tests.fakes.definitions import definitions
from tests.fakes.known_alerts import MemoryKnownAlerts
from tests.fakes.told import AT, LABELS, body, told

POLICIES = """
tenant: demo
receivers:
  - {id: ops, names: {en: Operations}, screen: true}
escalations:
  - {id: infra, steps: [{targets: [{receiver: ops}]}]}
  - {id: databases, steps: [{targets: [{receiver: ops}], wait: 60}]}
"""
SETTLED = 180.0


class Keeper:
    """Keeps what it was handed, with how that is described."""

    def __init__(self, descriptions: AlertmanagerDescriptions) -> None:
        self.taken: list[tuple[Transition, Description]] = []
        self.away = False
        self._descriptions = descriptions

    async def take(self, batch: EvaluationBatch) -> None:
        if self.away:
            message = "PostgreSQL does not answer"
            raise StoreUnavailable(message)
        self.taken += [(one, self._descriptions.described(one)) for one in batch.transitions]

    @property
    def kinds(self) -> list[TransitionKind]:
        return [one.kind for one, _ in self.taken]


class Scene:
    """Webhook, hand-over and look on one store in memory."""

    def __init__(self, known: Callable[[], Definitions]) -> None:
        self.store = MemoryKnownAlerts()
        descriptions = AlertmanagerDescriptions(RuleDescriptions(known), known, "infra")
        self.keeper = Keeper(descriptions)
        self.input = AlertmanagerInput(self.store, self.keeper, descriptions)
        self.far = MemoryAlertmanager()
        self.metrics = BridgeMetrics(CollectorRegistry())
        self.at = AT
        self.look = AlertmanagerLook(self.store, self.far, self.metrics, lambda: self.at, SETTLED)


@pytest.fixture(scope="module")
def known() -> Definitions:
    return definitions(POLICIES)


@pytest.fixture
def scene(known: Definitions) -> Scene:
    return Scene(lambda: known)


def present(state: str = "active", at: int = AT) -> PresentAlert:
    return PresentAlert(
        "f1", LABELS, instant(at), PresentStatus(state), [PresentReceiver("floorpulse")]
    )


async def test_what_was_told_is_handed_over_once(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)

    assert [await scene.input.hand_over() for _ in range(2)] == [1, 0]
    assert [one.subject for one, _ in scene.keeper.taken] == [
        Subject("demo", "alertmanager", key="f1")
    ]


async def test_what_the_keeper_could_not_store_is_handed_over_again(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    scene.keeper.away = True
    with pytest.raises(StoreUnavailable):
        await scene.input.hand_over()
    scene.keeper.away = False

    assert await scene.input.hand_over() == 1


async def test_an_alert_climbs_the_policy_of_the_setting_or_of_its_label(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    labels = {**LABELS, "escalation": "databases"}
    labelled = msgspec.structs.replace(told(fingerprint="f2"), labels=labels)
    await scene.store.hear("demo", body(labelled), AT)
    await scene.input.hand_over()

    policies = [described.policy for _, described in scene.keeper.taken]

    assert [policy and policy.id for policy in policies] == ["infra", "databases"]


async def test_an_alert_that_names_no_policy_climbs_the_tenants(scene: Scene) -> None:
    tenant = "about:\n  - {names: {en: Demo}, escalation: databases}\nreceivers:"
    known = definitions(POLICIES.replace("receivers:", tenant))
    descriptions = AlertmanagerDescriptions(RuleDescriptions(lambda: known), lambda: known, None)
    keeper = Keeper(descriptions)
    await scene.store.hear("demo", body(told()), AT)

    await AlertmanagerInput(scene.store, keeper, descriptions).hand_over()

    [(_, described)] = keeper.taken
    assert described.policy is not None
    assert described.policy.id == "databases"


async def test_a_rules_own_transition_is_described_by_the_rule(scene: Scene) -> None:
    gone = Transition(
        Subject("demo", "level"), "level@1", Reason.BREACHED, None, AT, TransitionKind.FIRE
    )

    assert scene.keeper._descriptions.described(gone).names == {"en": "level"}


async def test_an_alert_that_ended_unseen_resolves_by_the_next_look(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    await scene.input.hand_over()
    scene.at += 60_000

    assert await scene.look.look() == 1
    await scene.input.hand_over()
    last = scene.keeper.taken[-1][0]
    assert (last.kind, last.reason, last.at) == (
        TransitionKind.RESOLVE,
        Reason.GONE_FROM_ALERTMANAGER,
        AT + 60_000,
    )
    assert scene.metrics.reconciled.labels("gone")._value.get() == 1


async def test_an_outbreak_that_was_never_told_fires_by_the_next_look(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    await scene.store.hear("demo", body(told("resolved")), AT + 1)
    scene.far.here["f1"] = present(at=AT + 2)
    scene.at += 60_000
    await scene.look.look()
    await scene.input.hand_over()

    assert scene.keeper.kinds == [TransitionKind.FIRE]
    assert scene.metrics.reconciled.labels("present")._value.get() == 1


async def test_a_silence_in_alertmanager_neither_resolves_nor_fires(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    scene.far.here["f1"] = present("suppressed")

    assert await scene.look.look() == 0


async def test_an_alertmanager_that_just_started_resolves_nothing(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    scene.far.running = SETTLED - 1
    assert await scene.look.look() == 0
    scene.far.running = SETTLED
    assert await scene.look.look() == 1


async def test_an_alertmanager_that_is_away_resolves_nothing(scene: Scene) -> None:
    await scene.store.hear("demo", body(told()), AT)
    scene.far.away = True

    with pytest.raises(AlertmanagerAway):
        await scene.look.look()
    assert (await scene.store.all())[0].status == "firing"
