import hashlib
import io
import json
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from models.registry import create
from streaming import sample
from streaming.sample import (
    PICTURES,
    sample_camera,
    sample_mp4,
    sample_picture,
    write_y4m,
)
from vision.errors import MediaError
from vision.frame_stamp import read_stamp
from vision.picture import Picture

FRAMES_JUDGED = 24
MOST_BYTES = 400_000


@pytest.fixture(scope="module")
def camera():
    return sample_camera()


@pytest.fixture(scope="module")
def mp4():
    return sample_mp4((320, 240))


def iou(a, b):
    across = max(0.0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    down = max(0.0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
    return across * down / (a[2] * a[3] + b[2] * b[3] - across * down)


def found(thing, seen, labels):
    return any(
        labels[kind] == thing.label and score >= 0.4 and iou(box, thing.box) >= 0.5
        for box, score, kind in zip(seen.boxes, seen.scores, seen.classes, strict=True)
    )


def test_the_default_detector_sees_nearly_all_of_it(camera):
    detector = create("nanodet-g-416", device="cpu", threads=1)
    hits = []
    for index in np.linspace(0, camera.frames, FRAMES_JUDGED, endpoint=False).astype(int):
        seen = detector.detect(sample_picture(camera, int(index)))
        things = [thing for thing in camera.truth(int(index)) if not thing.partly]
        hits += [found(thing, seen, detector.labels) for thing in things]
    assert len(hits) >= FRAMES_JUDGED
    assert np.mean(hits) >= 0.9


def test_something_whole_is_in_every_frame_and_all_of_it_in_some(camera):
    seen = [
        {thing.id for thing in camera.truth(index) if not thing.partly}
        for index in range(camera.frames)
    ]
    assert all(seen)
    assert set.union(*seen) == {1, 2, 3}
    assert max(len(ids) for ids in seen) >= 2


@pytest.mark.parametrize("speed", [200.0, 400.0])
def test_a_steady_pan_moves_at_its_speed(speed):
    filming = sample_camera(speed=speed, shake=0.0)
    lefts = []
    for index in range(filming.frames):
        boxes = {thing.id: thing.box for thing in filming.truth(index)}
        lefts.append(boxes[2][0] * 640 if 2 in boxes and boxes[2][0] > 0 else np.nan)
    steps = np.abs(np.diff(lefts)) * filming.fps
    assert np.nanmedian(steps) == pytest.approx(speed, rel=0.1)


def test_at_no_speed_only_the_hand_shakes():
    assert (
        sample_camera(speed=0, shake=0).frame(0) == sample_camera(speed=0, shake=0).frame(99)
    ).all()
    assert (sample_camera(speed=0).frame(0) != sample_camera(speed=0).frame(9)).any()


def test_a_speed_below_nothing_is_refused():
    with pytest.raises(ValueError, match="speed"):
        sample_camera(speed=-1)


def test_a_build_without_the_encoder_says_so(monkeypatch):
    monkeypatch.setattr(sample, "ENCODER", "no-such-encoder")
    with pytest.raises(MediaError, match="reinstall av"):
        sample_mp4((32, 32), fps=1)


@pytest.mark.parametrize("size", [(480, 640), (1280, 720), (320, 240)])
def test_it_films_in_any_size(size):
    filming = sample_camera(size)
    assert filming.frame(0).shape == (size[1], size[0], 3)
    assert filming.truth(0)


def test_the_mp4_starts_at_once_loops_and_holds_every_frame(mp4):
    assert mp4.index(b"moov") < mp4.index(b"mdat")
    with av.open(io.BytesIO(mp4)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 320, 240)
        assert stream.pix_fmt == "yuv420p"
        frames = [frame.to_ndarray() for frame in container.decode(stream)]
    filming = sample_camera((320, 240))
    assert len(frames) == filming.frames
    for index in (0, 100, filming.frames - 1):
        original = Picture.from_bgr(filming.frame(index)).i420
        assert cv2.PSNR(original, np.ascontiguousarray(frames[index])) > 28


def test_a_y4m_file_holds_the_numbered_frames(tmp_path):
    filming = sample_camera((320, 240), fps=10, speed=400)
    write_y4m(tmp_path / "clip.y4m", filming)
    with av.open(str(tmp_path / "clip.y4m")) as container:
        assert container.streams.video[0].average_rate == 10
        numbers = [
            read_stamp(frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)
        ]
    assert numbers == list(range(filming.frames))


def test_an_unstamped_y4m_file_holds_the_plain_frames(tmp_path):
    filming = sample_camera((32, 32), fps=2, speed=400)
    write_y4m(tmp_path / "clip.y4m", filming, stamped=False)
    data = (tmp_path / "clip.y4m").read_bytes()
    head, first = data.split(b"\n", 1)
    assert head.startswith(b"YUV4MPEG2 W32 H32 F2:1")
    assert first.startswith(b"FRAME\n" + Picture.from_bgr(filming.frame(0)).i420.tobytes())
    assert len(first) == filming.frames * (6 + 32 * 48)


def test_a_y4m_file_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(MediaError, match="cannot be written"):
        write_y4m(tmp_path / "nowhere" / "clip.y4m", sample_camera((32, 32), fps=1))


@pytest.mark.parametrize(("codec", "rate"), [("libvpx", 150_000), ("libx264", 150_000)])
def test_stamps_outlive_real_codecs_at_low_bit_rates(camera, codec, rate):
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv420p"
    encoder.time_base, encoder.bit_rate = Fraction(1, 30), rate
    encoder.options = {"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx" else {}
    decoder = av.CodecContext.create({"libvpx": "vp8", "libx264": "h264"}[codec], "r")
    decoded = []
    for index in [*range(60), None]:
        for packet in encoder.encode(None if index is None else _frame(camera, index)):
            decoded += decoder.decode(packet)
    decoded += decoder.decode(None)
    assert [read_stamp(frame.to_ndarray(format="gray")) for frame in decoded] == list(range(60))


def _frame(camera, index):
    picture = sample_picture(camera, index, stamped=True)
    frame = av.VideoFrame.from_ndarray(picture.i420, "yuv420p")
    frame.pts = index
    return frame


def test_the_pictures_are_small_and_are_the_ones_that_are_described():
    listing = json.loads((PICTURES / "pictures.json").read_text())["pictures"]
    files = {path.name for path in PICTURES.iterdir()} - {"pictures.json", "README.md"}
    assert files == {entry["file"] for entry in listing}
    assert sum((PICTURES / name).stat().st_size for name in files) <= MOST_BYTES
    for entry in listing:
        data = (PICTURES / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"]
        assert entry["licence"] in {"CC0-1.0", "public domain"}
        assert entry["source"].startswith("scikit-image ")
        height, width = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape[:2]
        for thing in entry["objects"]:
            left, top, across, down = thing["box"]
            assert left >= 0
            assert top >= 0
            assert left + across <= width
            assert top + down <= height


@pytest.fixture
def other_pictures(tmp_path, monkeypatch):
    for path in PICTURES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(sample, "PICTURES", tmp_path)
    sample._gallery.cache_clear()
    yield tmp_path
    sample._gallery.cache_clear()


def test_an_altered_picture_is_refused(other_pictures):
    with (other_pictures / "coffee.jpg").open("ab") as file:
        file.write(b"!")
    with pytest.raises(MediaError, match="reinstall"):
        sample_camera()


@pytest.mark.parametrize("name", ["coffee.jpg", "pictures.json"])
def test_a_missing_file_is_named(other_pictures, name):
    (other_pictures / name).unlink()
    with pytest.raises(MediaError, match=name):
        sample_camera()


def test_a_garbled_listing_is_refused(other_pictures):
    (other_pictures / "pictures.json").write_text("{")
    with pytest.raises(MediaError, match="reinstall"):
        sample_camera()
