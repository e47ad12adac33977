"""Notes of the check: what is right and yet worth a word."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from floorpulse.cli.app import app
from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.domain.calendar_ends import first_end
from floorpulse.definitions.domain.remarks import remarks
from floorpulse.definitions.metrics import DefinitionMetrics
from tests.fakes.definitions import MemoryDefinitions, MemoryFiles, definitions, entries

OFFICE = """
tenant: demo
about:
  - {names: {en: Demo}, calendar: office}
calendars:
  - id: office
    hours: {monday: ["09:00-18:00"], thursday: ["09:00-18:00"]}
    holidays: {2026-10-01: National Day}
"""
NEXT_YEAR = """  - id: office
    valid_from: 2027-01-01
    hours: {monday: ["09:00-18:00"], thursday: ["09:00-18:00"]}
    workdays: {2027-02-06: monday}
"""
DUTY = """
tenant: demo
about:
  - {names: {en: Demo}, calendar: service}
calendars:
  - {id: service, hours: {monday: ["08:00-20:00"], tuesday: ["08:00-24:00"]}}
  - {id: office, hours: {monday: ["09:00-18:00"], tuesday: ["09:00-18:00"]}}
receivers:
  - {id: zhang, names: {en: Zhang}, screen: true}
rotas:
  - {id: duty, names: {en: Duty}, starts: 2026-01-05, members: [zhang], calendar: office}
escalations:
  - {id: ladder, steps: [{targets: [{rota: duty}]}]}
rules:
  - {id: stale, names: {en: Stale}, staleness: {}, escalation: ladder}
"""
DUTY_ALWAYS = """
tenant: demo
about:
  - {names: {en: Demo}, escalation: ladder}
receivers:
  - {id: zhang, names: {en: Zhang}, screen: true}
escalations:
  - {id: ladder, steps: [{targets: [{receiver: zhang}]}], acknowledgement: {info: 60}}
  - {id: other, steps: [{targets: [{receiver: zhang}]}], acknowledgement: {info: 60}}
rules:
  - {id: stale, names: {en: Stale}, staleness: {}}
  - {id: full, names: {en: Full}, threshold: {kpi: waiting, fire_above: 9}, severity: info,
     escalation: other}
"""
MIDSUMMER = date(2026, 6, 24)


def said(text: str, today: date = MIDSUMMER) -> list[str]:
    return [str(one) for one in remarks(entries(text), today)]


def test_a_calendar_is_told_of_thirty_days_before_its_last_year_ends() -> None:
    assert said(OFFICE, date(2026, 11, 30)) == []
    [note] = said(OFFICE, date(2026, 12, 1))
    assert note == (
        "demo.yaml:8: calendars[office].holidays: its holidays are known until 2026-12-31 only; "
        "add those of 2027: `floorpulse definitions calendar` prints them once they are announced"
    )


def test_the_next_years_version_keeps_a_calendar_from_ending() -> None:
    assert said(OFFICE + NEXT_YEAR, date(2026, 12, 30)) == []
    assert len(said(OFFICE + NEXT_YEAR, date(2027, 12, 30))) == 1


def test_each_calendar_is_told_of_by_itself() -> None:
    queue = "queues:\n  - {id: orders, names: {en: Orders}, channels: [voice], calendar: other}\n"
    other = NEXT_YEAR.replace("id: office", "id: other").replace("    valid_from: 2027-01-01\n", "")

    [note] = said(OFFICE + other + queue, date(2026, 12, 30))

    assert "calendars[office].holidays" in note


def test_a_calendar_without_holidays_never_ends() -> None:
    text = OFFICE.replace("holidays: {2026-10-01: National Day}", "exceptions: {2026-11-11: []}")

    assert said(text.replace("2026-11-11", "2026-11-12"), date(2030, 1, 1)) == []


def test_hours_in_which_nobody_can_be_told_are_named() -> None:
    [note] = said(DUTY)

    assert note == (
        "demo.yaml:13: escalations[ladder].steps: rules hold while nobody can be told: monday "
        "08:00-09:00 and 3 more spans a week; let a step tell somebody then too, if that is not "
        "meant"
    )


def test_a_single_gap_is_named_alone() -> None:
    text = DUTY.replace(
        'service, hours: {monday: ["08:00-20:00"], tuesday: ["08:00-24:00"]}',
        'service, hours: {monday: ["09:00-18:00"], tuesday: ["09:00-24:00"]}',
    )

    [note] = said(text)

    assert "nobody can be told: tuesday 18:00-24:00; let" in note


def test_a_gap_is_told_to_the_minute() -> None:
    text = DUTY.replace(
        'service, hours: {monday: ["08:00-20:00"], tuesday: ["08:00-24:00"]}',
        'service, hours: {monday: ["09:00-18:31"]}',
    )

    [note] = said(text)

    assert "nobody can be told: monday 18:00-18:31; let" in note


def test_rules_with_hours_of_their_own_have_gaps_of_their_own() -> None:
    hours = (
        '  - {id: office, hours: {monday: ["08:30-19:30"]}}\n'
        '  - {id: early, hours: {monday: ["08:00-09:00"]}}\n'
        '  - {id: late, hours: {monday: ["19:00-20:00"]}}\n'
    )
    before, after = DUTY.split("  - {id: office", maxsplit=1)
    text = before + hours + after.partition("\n")[2]
    waiting = "threshold: {kpi: waiting, fire_above: 9}, calendar: late, escalation: ladder"

    [note] = said(
        text.replace("staleness: {}", "staleness: {}, calendar: early")
        + f"  - {{id: waiting, names: {{en: Waiting}}, {waiting}}}\n"
    )

    assert "monday 08:00-08:30 and 1 more span a week" in note


def test_another_step_fills_the_gap() -> None:
    assert (
        said(DUTY.replace("{rota: duty}]}", "{rota: duty}]}, {targets: [{receiver: zhang}]}")) == []
    )


def test_a_policy_for_alerts_from_outside_must_tell_somebody_at_all_hours() -> None:
    text = DUTY.replace("calendar: service}", "calendar: service, escalation: ladder}").replace(
        "staleness: {}, escalation: ladder", "staleness: {}"
    )

    [note] = said(text)

    assert "monday 00:00-09:00 and 8 more spans a week" in note


def test_a_critical_rule_that_tells_nobody_is_told_of() -> None:
    rule = "tenant: demo\nrules:\n  - {id: stale, names: {en: Stale}, staleness: {}, severity: "

    assert said(f"{rule}warning}}\n") == []
    assert said(DUTY_ALWAYS.replace("staleness: {}", "staleness: {}, severity: critical")) == []
    [note] = said(f"{rule}critical}}\n")
    assert note == (
        "demo.yaml:3: rules[stale]: is critical and tells nobody; name an `escalation`, or let "
        "the tenant name one"
    )


def test_a_policy_that_only_alerts_from_outside_can_name_is_told_of() -> None:
    text = DUTY.replace(
        "escalations:", "escalations:\n  - {id: infra, steps: [{targets: [{receiver: zhang}]}]}"
    )

    [note, _] = said(text)

    assert note == (
        "demo.yaml:13: escalations[infra]: no rule names this policy, only alerts from outside "
        "can; name it as the `escalation` of a rule, if one should"
    )


def test_all_policies_are_looked_at() -> None:
    policy = "  - {{id: {}, steps: [{{targets: [{{receiver: zhang}}]}}]}}\n"
    text = DUTY_ALWAYS.replace(
        "rules:", policy.format("third") + policy.format("fourth") + "rules:"
    )

    assert [note.split(": ")[1] for note in said(text)] == [
        "escalations[third]",
        "escalations[fourth]",
    ]


def test_steps_fill_the_gaps_of_one_another() -> None:
    rest = 'rest, hours: {monday: ["08:00-09:00", "18:00-20:00"], tuesday: ["00:00-24:00"]}}'
    text = DUTY.replace("calendars:", "calendars:\n  - {id: " + rest)
    both = "{rota: duty}]}, {targets: [{receiver: zhang}], only_during: rest}"

    assert said(text.replace("{rota: duty}]}", both)) == []


def test_times_of_severities_that_no_rule_has_are_told_of() -> None:
    times = "}]}], acknowledgement: {info: 60, warning: 60, critical: 60}}\nrules"
    text = DUTY.replace("}]}]}\nrules", times)

    critical, info, _ = said(text)

    where = "demo.yaml:13: escalations[ladder].acknowledgement"
    what = "no rule that names this policy is of severity"
    assert critical == f"{where}.critical: {what} critical; leave it out, if none is"
    assert info == f"{where}.info: {what} info; leave it out, if none is"


def test_the_command_tells_notes_and_succeeds(tmp_path: Path) -> None:
    text = DUTY.strip() + "\n"
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")

    lines, parsed = (
        CliRunner().invoke(app, ["check", str(tmp_path), *more]) for more in ([], ["--json"])
    )

    assert (lines.exit_code, parsed.exit_code) == (0, 0)
    assert lines.output.startswith(f"note: {tmp_path}/demo.yaml:12: escalations[ladder].steps: ")
    assert lines.output.rstrip().endswith("7 definitions, nothing wrong")
    [note] = json.loads(parsed.output)["notes"]
    assert (note["line"], note["field"]) == (12, "escalations[ladder].steps")


def test_the_metric_tells_when_the_first_calendar_ends() -> None:
    other = OFFICE.replace("office", "other").replace("2026-10-01", "2027-10-04")
    text = OFFICE + other[other.index("  - id: other") :]
    queue = "queues:\n  - {id: orders, names: {en: Orders}, channels: [voice], calendar: other}\n"

    end = first_end(definitions(text + queue).versions)

    assert end == datetime(2027, 1, 1, tzinfo=UTC).timestamp()


def test_a_calendar_that_stands_no_longer_ends_nothing() -> None:
    gone = "tenant: demo\nabout:\n  - {names: {en: Demo}}\n"

    assert first_end(definitions(OFFICE, gone).versions) is None


async def test_a_process_exports_when_its_calendars_end() -> None:
    registry = CollectorRegistry()
    keeper = DefinitionKeeper(
        MemoryDefinitions(), MemoryFiles(OFFICE), DefinitionMetrics(registry), lambda: 0
    )

    await keeper.look()

    name = "floorpulse_definitions_calendars_end_timestamp_seconds"
    assert registry.get_sample_value(name) == datetime(2027, 1, 1, tzinfo=UTC).timestamp()
