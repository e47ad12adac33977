"""Tasks in trackers: templates, what proves a callback, and what becomes of the incident."""

import asyncio
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha1, sha256

import msgspec
import pytest

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.messages.compose import compose
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.task_news import task_told
from floorpulse.alerts.domain.tasks import (
    Task,
    filled,
    page_at,
    task_key,
    task_uuid,
    with_task,
    word_at,
)
from floorpulse.alerts.incidents.tasks import TaskCallbacks, Unheard
from floorpulse.alerts.notifiers import webhook
from floorpulse.alerts.notifiers.answers import Answer
from floorpulse.alerts.notifiers.secret_store import NoSecret
from floorpulse.alerts.notifiers.task import opened, told_of
from floorpulse.alerts.notifiers.task_proof import Presented, is_proven
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.receiver_terms import ReceiverBody, TaskAnswer
from floorpulse.definitions.domain.task_templates import TOLD, texts
from tests.fakes.alert_store import MemoryIncidents
from tests.fakes.alerts import context, incident, key, message

NOW = 1_794_360_780_000
SECONDS = str(NOW // 1000)
SECRET = "what trackers know"  # noqa: S105
JIRA: dict[str, object] = {
    "url": "https://jira.example.org/rest/api/2/issue",
    "signing": "jira-signing",
    "body": {"fields": {"summary": "{title}"}},
    "answer": {"id": "key"},
    "callback": {
        "proof": "hub",
        "id": "issue.key",
        "state": "issue.fields.status.name",
        "done": ["Done"],
    },
}


def test_a_template_is_filled_wherever_it_has_words_in_braces() -> None:
    template = {
        "fields": {"summary": "{severity}: {rule}", "labels": ["{queue}", "{rule}"]},
        "n": 3,
    }
    told = {"severity": "Critical", "rule": "{value}"}
    assert filled(template, told) == {
        "fields": {"summary": "Critical: {value}", "labels": ["{queue}", "{value}"]},
        "n": 3,
    }


def test_the_texts_of_a_template_are_found_where_they_stand() -> None:
    template = {"n": 3, "rows": ["{title}", {"open": True}]}
    assert list(texts(template, "body")) == [("body.rows[0]", "{title}")]


def test_all_that_a_template_may_name_is_told() -> None:
    one = compose(key(), incident(), context())
    assert told_of(one, "i1.task.ops").keys() == TOLD


def test_the_key_of_a_task_is_the_same_for_every_step() -> None:
    first = told_of(message(key="i1.opened.1.ops/task"), task_key("i1", "ops"))
    again = told_of(message(key="i1.opened.4.ops/task"), task_key("i1", "ops"))
    assert first["key"] == again["key"] == "i1.task.ops"
    assert first["uuid"] == task_uuid("i1.task.ops")


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("issue.key", "OPS-12"),
        ("issue.id", "10012"),
        ("issue.labels.1", "b"),
        ("issue.labels.2", ""),
        ("issue.labels.x", ""),
        ("issue.open", ""),
        ("issue.key.more", ""),
        ("issue", ""),
        (None, ""),
    ],
)
def test_a_word_is_found_at_its_path(path: str | None, word: str) -> None:
    body = {"issue": {"key": " OPS-12 ", "id": 10012, "labels": ["a", "b"], "open": True}}
    assert word_at(body, path) == word


def test_only_an_address_that_a_browser_may_open_is_a_page() -> None:
    assert page_at({"url": "https://jira.example.org/OPS-12"}, "url") is not None
    assert page_at({"url": "javascript:alert(1)"}, "url") is None


def test_what_a_tracker_does_not_say_again_stays() -> None:
    [one] = with_task([Task("ops", "OPS-12", "https://a", "To Do")], Task("ops", state="Done"))
    assert (one.id, one.url, one.state) == ("OPS-12", "https://a", "Done")
    assert len(with_task([one], Task("other", "7"))) == 2


def test_the_timeline_tells_that_a_task_was_opened_and_each_other_state_of_it() -> None:
    first = task_told(incident(), Task("ops", "OPS-12", state="To Do"), NOW)
    assert first is not None
    assert [(one.reason, one.details.comment) for one in first.events] == [
        (Reason.TASK_OPENED, "OPS-12: To Do")
    ]
    assert task_told(first.incident, Task("ops", "OPS-12", state="To Do", at=NOW), NOW) is None
    later = task_told(first.incident, Task("ops", "OPS-12", state="Done", done=True), NOW)
    assert later is not None
    assert later.events[0].reason is Reason.TASK_CHANGED
    assert later.incident.tasks[0].done


def test_a_message_tells_the_tasks_and_links_them() -> None:
    tasks = (Task("ops", "OPS-12", "https://jira.example.org/OPS-12", "To Do"), Task("jdy"))
    told = compose(key(NoticeKind.RESOLVED), incident(tasks=tasks), context())
    assert ("Task", "OPS-12 (To Do), jdy") in told.lines
    assert ("Task", "https://jira.example.org/OPS-12") in told.links


def test_an_answer_says_what_was_opened_as_far_as_it_says() -> None:
    where = TaskAnswer(id="key", url="self", state="fields.status.name")
    answer = Answer(201, body=b'{"key": "OPS-12", "self": "https://jira.example.org/1"}', at=5.0)
    assert opened("ops", answer, where) == Task(
        "ops", "OPS-12", "https://jira.example.org/1", at=5000
    )
    assert opened("ops", Answer(200, body=b"no JSON"), where) == Task("ops")


# ------------------------------------------------------------- what proves a callback


def signed_by_standard(body: bytes, seconds: str = SECONDS) -> dict[str, str]:
    said = f"d1.{seconds}.".encode() + body
    return {
        "webhook-id": "d1",
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,AAAA {webhook.signature(SECRET, said)}",
    }


def signed_by_hub(body: bytes) -> dict[str, str]:
    return {"x-hub-signature": f"sha256={hmac.new(SECRET.encode(), body, sha256).hexdigest()}"}


def presented(
    body: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> Presented:
    return Presented(headers, query or {}, body)


def test_each_proof_is_known_by_its_secret_alone() -> None:
    body = b'{"a": 1}'
    query = {"nonce": "0f5ade", "timestamp": SECONDS}
    jdy = sha1(f'0f5ade:{{"a": 1}}:{SECRET}:{SECONDS}'.encode()).hexdigest()  # noqa: S324
    cases = {
        "standard": presented(body, signed_by_standard(body)),
        "hub": presented(body, signed_by_hub(body)),
        "jiandaoyun": presented(body, {"x-jdy-signature": jdy}, query),
        "bearer": presented(body, {"authorization": f"Bearer {SECRET}"}),
    }
    for proof, came in cases.items():
        assert is_proven(proof, SECRET, came, NOW), proof
        assert not is_proven(proof, "another", came, NOW), proof
        assert not is_proven(proof, SECRET, presented(body, {}), NOW), proof
        if proof != "bearer":
            assert not is_proven(proof, SECRET, replace(came, body=b"{}"), NOW), proof


@pytest.mark.parametrize("seconds", [str(NOW // 1000 - 301), str(NOW // 1000 + 301), "soon", ""])
def test_what_was_signed_at_another_time_proves_nothing(seconds: str) -> None:
    came = presented(b"{}", signed_by_standard(b"{}", seconds))
    assert not is_proven("standard", SECRET, came, NOW)


def test_the_published_example_of_the_hub_signature_is_known() -> None:
    """developer.atlassian.com/cloud/jira/platform/webhooks: body `Hello World!`."""
    secret = "It's a Secret to Everybody"  # noqa: S105  published
    proof = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    came = presented(b"Hello World!", {"x-hub-signature": proof})
    assert is_proven("hub", secret, came, NOW)


# ------------------------------------------------------------- callbacks


class Known:
    """One secret."""

    def secret(self, name: str) -> str:
        if name != "jira-signing":
            raise NoSecret(name)
        return SECRET


class Heard:
    """Callbacks about one incident, whose task is OPS-12."""

    def __init__(self, **said: object) -> None:
        self.store = MemoryIncidents(lambda: NOW)
        self.store.tables.incidents["i1"] = incident(
            tasks=(Task("ops-jira", "OPS-12", state="To Do"),)
        )
        task = {name: part for name, part in (JIRA | said).items() if part is not None}
        whole = {"id": "ops-jira", "names": {"en": "Operations in Jira"}, "task": task}
        self.body = msgspec.convert(whole, ReceiverBody)
        self.callbacks = TaskCallbacks(self.store, self._receiver, Known(), lambda: NOW)

    def _receiver(self, tenant: str, receiver: str) -> ReceiverBody | None:
        return self.body if (tenant, receiver) == ("demo", self.body.id) else None

    def hear(self, body: bytes, tenant: str = "demo") -> Incident | Unheard:
        came = presented(body, signed_by_hub(body))
        return asyncio.run(self.callbacks.hear(tenant, "ops-jira", came))

    @property
    def task(self) -> Task:
        return self.store.tables.incidents["i1"].tasks[0]


def told_by_jira(state: str, name: str = "OPS-12") -> bytes:
    issue = {"key": name, "fields": {"status": {"name": state}}}
    return json.dumps({"webhookEvent": "jira:issue_updated", "issue": issue}).encode()


def test_a_state_comes_back_to_the_incident_whose_task_it_is() -> None:
    heard = Heard()
    found = heard.hear(told_by_jira("Done"))
    assert isinstance(found, Incident)
    assert (heard.task.state, heard.task.done) == ("Done", True)
    assert [one.reason for one in heard.store.tables.events["i1"]] == [Reason.TASK_CHANGED]
    heard.hear(told_by_jira("Done"))
    assert len(heard.store.tables.events["i1"]) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (told_by_jira("Done", "OPS-99"), Unheard.FOREIGN),
        (b"no JSON", Unheard.MALFORMED),
        (b'{"issue": {}}', Unheard.UNNAMED),
    ],
)
def test_what_is_about_no_task_changes_nothing(body: bytes, why: Unheard) -> None:
    heard = Heard()
    assert heard.hear(body) is why
    assert heard.task.state == "To Do"


def test_nobody_else_is_heard() -> None:
    heard = Heard()
    assert heard.hear(told_by_jira("Done"), tenant="other") is Unheard.UNPROVEN
    unsigned = presented(told_by_jira("Done"), {})
    hear = heard.callbacks.hear("demo", "ops-jira", unsigned)
    assert asyncio.run(hear) is Unheard.UNPROVEN
    assert Heard(signing="gone").hear(told_by_jira("Done")) is Unheard.UNPROVEN
    assert Heard(callback=None).hear(told_by_jira("Done")) is Unheard.UNPROVEN


def test_a_body_that_names_the_incident_needs_no_known_task() -> None:
    own = {"proof": "hub", "incident": "incident", "done": ["closed"]}
    heard = Heard(callback=own)
    heard.hear(b'{"incident": "i1", "id": "T-9", "state": "Closed"}')
    assert (heard.task.id, heard.task.done) == ("T-9", True)
    gone = heard.hear(b'{"incident": "i2", "id": "T-9", "state": "Closed"}')
    assert gone is Unheard.FOREIGN


# ------------------------------------------------------------- definitions

FLOOR = """
tenant: demo
escalations:
  - {{id: floor, steps: [{{targets: [{{receiver: ops}}]}}]}}
receivers:
  - id: ops
    names: {{en: Ops}}
    task:
      {task}
"""


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        ("{url: 'http://jira.example.org', signing: s, body: {a: b}}", "is no https:// address"),
        (
            "{url: 'https://a.org', signing: s, body: {a: ['{titel}']}}",
            "{titel} stands for nothing",
        ),
        ("{url: 'https://a.org', signing: s, body: {a: '{token}'}}", "{token} stands for nothing"),
        (
            "{url: 'https://a.org', signing: s, body: {a: b}, headers: {authorization: 'Basic'}}",
            "is a secret",
        ),
        (
            "{url: 'https://a.org', signing: s, body: {a: b}, headers: {X-Key: '{token}'}}",
            "names {token}, and there is none",
        ),
        ("{url: 'https://a.org', signing: s, body: {}}", "is an empty mapping"),
    ],
)
def test_a_tracker_that_cannot_be_meant_so_is_told(task: str, problem: str) -> None:
    checked = check({"demo.yaml": FLOOR.format(task=task)})
    assert any(problem in str(one) for one in checked.mistakes)
