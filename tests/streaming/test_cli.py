"""The command as people and scripts use it: a process, its words, its exit code."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from streaming.cli import main
from streaming.sample import sample_camera, sample_picture
from streaming.videofile import VideoReader, VideoWriter


def openeyes(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streaming.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=cwd, check=False
    )


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "street.mp4"
    camera = sample_camera()
    with VideoWriter(path, Fraction(30)) as writer:
        for index in range(20):
            writer.write(sample_picture(camera, index), index * 3000)
    return path


def test_replay_writes_what_was_asked_for(clip: Path, tmp_path: Path) -> None:
    done = openeyes(
        "replay", str(clip), "--events", "e.jsonl", "--out", "o.mp4", "--mot", "m.txt",
        "--snapshot", "0.5", "--detect-every-ms", "100", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"e.jsonl", "o.mp4", "m.txt", "street-0.5s.jpg"}
    assert "20 frames" in done.stdout


def test_a_file_that_is_no_video_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a video")
    done = openeyes("replay", "notes.txt", "--events", "e.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last == "openeyes: notes.txt: this is not a video that can be read"
    assert "Traceback" not in done.stderr


def test_what_could_be_read_of_a_cut_file_is_kept(clip: Path, tmp_path: Path) -> None:
    whole = clip.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) * 7 // 10])
    done = openeyes(
        "replay", "cut.mp4", "--events", "e.jsonl", "--out", "o.mp4", "--mot", "m.txt",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "cut.mp4" in done.stderr.strip().splitlines()[-1]
    assert len((tmp_path / "e.jsonl").read_text().splitlines()) > 3
    with VideoReader(tmp_path / "o.mp4") as reader:
        assert 3 < sum(1 for _ in reader) < 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--host", "0.0.0.0:8443", "--no-tls"], "camera"),
        (["serve", "--host", "nowhere at all"], "nowhere"),
        (["serve", "--host", "0.0.0.0", "--token", "short"], "16"),
        (["serve", "--cert", "x.pem"], "--key"),
        (["serve", "--cert", "/none.pem", "--key", "/none.key"], "none.pem"),
        (["replay", "/none.mp4"], "no such file"),
        (["replay", "/none.mp4", "--detector", "yolo99"], "nanodet-g-416"),
        (["demo", "--out", "/none/at/all.mp4"], "cannot be written"),
    ],
)
def test_bad_options_are_explained(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("openeyes: ")
    assert words in said


@pytest.mark.parametrize(
    "arguments",
    [["serve", "--max-sessions", "0"], ["replay", "x", "--snapshot", "-1"], ["fly"], []],
)
def test_misuse_shows_the_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_a_port_in_use_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--host", f"127.0.0.1:{port}"]) == 2
    assert str(port) in capsys.readouterr().err


def test_demo_writes_a_film(tmp_path: Path) -> None:
    done = openeyes("demo", "--out", "film.mp4", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with VideoReader(tmp_path / "film.mp4") as reader:
        assert sum(1 for _ in reader) == sample_camera().frames


def test_doctor_has_one_line_for_each_check(tmp_path: Path) -> None:
    done = openeyes("doctor", "--host", "127.0.0.1:0", cwd=tmp_path)
    assert "nanodet-g-416" in done.stdout
    assert "Traceback" not in done.stderr
    assert len(done.stdout.strip().splitlines()) >= 8
