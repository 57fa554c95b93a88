from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from streaming.videofile import VideoReader, VideoWriter
from vision.errors import MediaError
from vision.picture import Picture


def grey(level: int, width: int = 64, height: int = 48) -> Picture:
    return Picture(np.full((height * 3 // 2, width), level, np.uint8))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    with VideoWriter(path, Fraction(25)) as writer:
        for index in range(50):
            writer.write(grey(50 + index), index * 3600)
    return path


def test_frames_come_back_in_order_with_their_times(clip: Path) -> None:
    with VideoReader(clip) as reader:
        frames = list(reader)
        assert reader.frames_expected == 50
    assert [frame.index for frame in frames] == list(range(50))
    assert [frame.pts for frame in frames] == [index * 3600 for index in range(50)]
    assert frames[-1].t == pytest.approx(49 / 25)
    levels = [int(np.median(frame.picture.planes[0])) for frame in frames]
    assert levels == sorted(levels)


def test_a_turned_video_is_set_upright(tmp_path: Path, clip: Path) -> None:
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(turn(clip.read_bytes()))
    with VideoReader(turned) as reader:
        frame = next(iter(reader))
    assert (frame.picture.width, frame.picture.height) == (48, 64)


def turn(film: bytes) -> bytes:
    """The same mp4 with a quarter turn in its track header (ISO/IEC 14496-12, 8.3.2)."""
    header = film.index(b"tkhd")
    one, minus, zero, last = b"\0\1\0\0", b"\xff\xff\0\0", bytes(4), b"\x40\0\0\0"
    upright = one + zero * 3 + one + zero * 3 + last
    turned = zero + one + zero + minus + zero * 4 + last
    start = film.index(upright, header)
    return film[:start] + turned + film[start + len(upright) :]


@pytest.mark.parametrize("content", [b"", b"this is not a video\n" * 50, bytes(5000)])
def test_a_file_that_is_no_video(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(MediaError, match="not a video"):
        VideoReader(path)


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no such file"):
        VideoReader(tmp_path / "none.mp4")
    with pytest.raises(MediaError, match="folder"):
        VideoReader(tmp_path)


def test_a_file_with_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(MediaError, match="no video stream"):
        VideoReader(path)


def test_a_file_cut_short_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    noise = np.random.default_rng(1)
    with VideoWriter(cut, Fraction(25)) as writer:
        for index in range(50):
            writer.write(Picture(noise.integers(16, 235, (72, 64), np.uint8)), index * 3600)
    whole = cut.read_bytes()
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    frames = []
    with VideoReader(cut) as reader, pytest.raises(MediaError, match=r"cut short|broken"):
        for frame in reader:
            frames.append(frame.index)  # noqa: PERF401 - extend would lose what came before
    assert 5 < len(frames) < 50


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, Fraction(25)) as writer:
        writer.write(grey(100), 0)
        assert not path.exists()
    assert path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["out.mp4"]


def test_a_writer_without_frames_leaves_nothing(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "out.mp4", Fraction(25)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be written"):
        VideoWriter(tmp_path / "none" / "out.mp4", Fraction(25))


def test_a_frame_of_another_size_is_scaled(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, Fraction(25)) as writer:
        writer.write(grey(100), 0)
        writer.write(grey(100, 128, 96), 3600)
    with VideoReader(path) as reader:
        assert {(f.picture.width, f.picture.height) for f in reader} == {(64, 48)}
