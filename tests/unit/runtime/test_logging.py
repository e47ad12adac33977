"""What a process writes to standard error: its own events and the records of libraries, alike."""

import json
import logging

import pytest
import structlog
from structlog.testing import capture_logs

from floorpulse.runtime.logging import configure
from floorpulse.runtime.settings import LogSettings


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_an_event_is_one_json_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(json_lines=True))
    structlog.get_logger("floorpulse.worker").warning("partition_waits", partition=3, tenants={"a"})

    (line,) = map(json.loads, lines(capsys))
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "floorpulse.worker",
        "event": "partition_waits",
        "partition": 3,
        "tenants": ["a"],
    }


def test_a_librarys_record_is_a_line_of_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(json_lines=True))
    logging.getLogger("uvicorn.error").error("port %d is taken", 80)

    (line,) = map(json.loads, lines(capsys))
    assert (line["level"], line["logger"], line["event"]) == (
        "error",
        "uvicorn.error",
        "port 80 is taken",
    )


@pytest.mark.parametrize("json_lines", [True, False])
def test_an_exception_brings_its_traceback(
    capsys: pytest.CaptureFixture[str],
    json_lines: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    configure(LogSettings(json_lines=json_lines))
    structlog.get_logger("ours").critical("ended", exc_info=ZeroDivisionError("of ours"))
    logging.getLogger("theirs").error("ended", exc_info=ZeroDivisionError("of theirs"))

    text = "\n".join(lines(capsys))
    assert "ZeroDivisionError: of ours" in text
    assert "ZeroDivisionError: of theirs" in text


def test_text_names_level_event_logger_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings())
    structlog.get_logger("floorpulse.worker").info("partition_claimed", partition=3)

    (line,) = lines(capsys)
    assert "[info" in line
    assert "partition_claimed" in line
    assert "[floorpulse.worker]" in line
    assert line.endswith("partition=3")
    assert "\x1b" not in line


def test_libraries_say_less_than_we_do_unless_everything_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(LogSettings(level="info"))
    logging.getLogger("aiokafka").info("chatter")
    structlog.get_logger("ours").info("news")
    structlog.get_logger("ours").debug("detail")
    assert len(lines(capsys)) == 1

    configure(LogSettings(level="debug"))
    logging.getLogger("aiokafka").info("chatter")
    assert len(lines(capsys)) == 1


def test_what_logs_while_a_process_is_told_anew_how_to_is_told_in_the_new_way(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours = structlog.get_logger("ours")
    configure(LogSettings())
    ours.info("before")
    configure(LogSettings(json_lines=True))
    ours.info("after")

    assert json.loads(lines(capsys)[-1])["event"] == "after"
    with capture_logs() as told:
        ours.info("captured")
    assert told == [{"event": "captured", "log_level": "info"}]
