"""Secrets of sources by reference."""

from pathlib import Path

import pytest

from floorpulse.ingest.adapters.secrets import secret_of


def test_a_secret_is_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELL_SECRET", " s3cret\n")
    assert secret_of("env:BELL_SECRET") == "s3cret"
    monkeypatch.setenv("BELL_SECRET", "changed")
    assert secret_of("env:BELL_SECRET") == "changed"


def test_a_secret_is_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    assert secret_of(f"file:{file}") == "s3cret"


def test_what_is_not_there_or_empty_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert secret_of("env:FLOORPULSE_NO_SUCH_SECRET") is None
    for name in ("empty", "binary", "absent", "nul\x00"):
        assert secret_of(f"file:{tmp_path / name}") is None
