import logging

import pytest

from models.endpoint_key import key_from
from vision.errors import ConfigError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "key"
    path.write_text("  sk-secret\r\n")
    path.chmod(0o600)
    return path


def test_no_key_is_none():
    assert key_from(None, None) is None


def test_a_variable_holds_it(monkeypatch):
    monkeypatch.setenv("SEER_KEY", " sk-secret\n")
    assert key_from("SEER_KEY", None) == "sk-secret"


def test_a_file_holds_it(file, caplog):
    assert key_from(None, file) == "sk-secret"
    assert not caplog.records


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_warned_of(file, caplog, mode):
    file.chmod(mode)
    with caplog.at_level(logging.WARNING):
        assert key_from(None, file) == "sk-secret"
    assert f"chmod 600 {file}" in caplog.text
    assert "sk-secret" not in caplog.text


def test_both_are_refused(file):
    with pytest.raises(ConfigError, match="name one of the two"):
        key_from("SEER_KEY", file)


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("SEER_KEY", raising=False)
    with pytest.raises(ConfigError, match="no environment variable SEER_KEY"):
        key_from("SEER_KEY", None)


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ConfigError, match=f"cannot be read .*{path}"):
            key_from(None, path)


@pytest.mark.parametrize("content", [b"", b" \n", b"one\ntwo\n", b"\xff\xfe", b"x" * 100_000])
def test_a_file_without_a_key_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="the key alone"):
        key_from(None, file)


def test_an_empty_variable_is_refused(monkeypatch):
    monkeypatch.setenv("SEER_KEY", "")
    with pytest.raises(ConfigError, match="the key alone"):
        key_from("SEER_KEY", None)
