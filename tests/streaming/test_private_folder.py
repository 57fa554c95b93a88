import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from streaming.private_folder import (
    may_write,
    private_folder,
    readable_by_others,
    state_folder,
    write_privately,
)
from vision.errors import ConfigError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"OPENEYES_HOME": "/srv/eyes", "XDG_STATE_HOME": "/x"}, Path("/srv/eyes")),
        ({"OPENEYES_HOME": "", "XDG_STATE_HOME": "/x"}, Path("/x/openeyes")),
        ({"XDG_STATE_HOME": "relative"}, Path.home() / ".local/state/openeyes"),
        ({}, Path.home() / ".local/state/openeyes"),
        ({"OPENEYES_HOME": "~/eyes"}, Path.home() / "eyes"),
        ({"OPENEYES_HOME": "here"}, Path.cwd() / "here"),
    ],
)
def test_where_the_operators_things_live(environ: dict[str, str], folder: Path) -> None:
    assert state_folder(environ) == folder


def test_a_new_folder_and_its_files_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "tls"
    with private_folder(folder):
        write_privately(folder / "key.pem", b"secret")
    assert mode(folder) == 0o700
    assert mode(folder / "key.pem") == 0o600
    assert (folder / "key.pem").read_bytes() == b"secret"


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with private_folder(tmp_path):
        pass
    assert mode(tmp_path) == 0o700


def test_a_file_in_the_way_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with (
        pytest.raises(ConfigError, match="Not a directory; set OPENEYES_HOME"),
        private_folder(tmp_path / "state" / "tls"),
    ):
        pass


def test_a_write_that_fails_is_told_and_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    write_privately(tmp_path / "key.pem", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"), private_folder(tmp_path):
        write_privately(tmp_path / "key.pem", b"new")
    assert (tmp_path / "key.pem").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "key.pem"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
@pytest.mark.parametrize(
    ("bits", "yes"), [(0o600, False), (0o640, True), (0o604, True), (0o400, False)]
)
def test_notices_a_file_that_others_may_read(tmp_path: Path, bits: int, *, yes: bool) -> None:
    path = tmp_path / "key.pem"
    path.write_text("")
    path.chmod(bits)
    assert readable_by_others(path) is yes


@pytest.mark.skipif(sys.platform == "win32", reason="no flock there")
def test_only_one_process_writes_at_a_time(tmp_path: Path) -> None:
    attempt = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'ab') as file:\n"
        "    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
    )
    command = [sys.executable, "-c", attempt, str(tmp_path / ".lock")]
    with private_folder(tmp_path):
        meanwhile = subprocess.run(command, capture_output=True, text=True, check=False)
    afterwards = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "BlockingIOError" in meanwhile.stderr
    assert afterwards.returncode == 0


def test_tells_beforehand_whether_a_folder_could_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert may_write(tmp_path / "not" / "there" / "yet")
    assert not may_write(tmp_path / "file" / "below")
