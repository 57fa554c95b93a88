"""A recording, from the person's wish to its replay, over real peers; and its parts."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import av
import numpy as np
import pytest

from models import coco
from models.scripted import ScriptedDetector, Step
from models.scripted_reader import Reading, ScriptedReader
from models.scripted_vlm import Reply, ScriptedModel
from streaming import recording, recording_files, recording_routes, recording_take
from streaming.recording_calls import Look, Took, calls_in, detections_of, line_of, took
from streaming.recording_shelf import Shelf
from streaming.recording_standing import Standing
from streaming.recording_video import AnnotatedVideo, CameraVideo
from streaming.replay_outputs import RecordingOutputs, replay_recording
from streaming.replay_recording import Comparison, compared, is_recording, read_recording
from streaming.wire import Watching
from tests.streaming.conftest import Camera
from vision.dealings import OptionsSet, Unwatched, WatchAsked
from vision.errors import MediaError
from vision.picture import Picture
from vision.types import Detections

Maker = Callable[..., Any]
PATIENCE = 60.0
"""Seconds: the machine may have other things to do."""

SAME = Comparison([], [])
PERSON, DOG = coco.LABELS.index("person"), coco.LABELS.index("dog")


def seen(*things: tuple[int, float, float]) -> Step:
    """Things by class, left edge and score."""
    return Step(
        Detections(
            np.array([[left, 0.3, 0.2, 0.4] for _, left, _ in things], np.float32).reshape(-1, 4),
            np.array([score for _, _, score in things], np.float32),
            np.array([kind for kind, _, _ in things], np.int32),
        ),
        seconds=0.05,
    )


def a_scene() -> ScriptedDetector:
    """A person walks to and fro; a dog comes after a while, and goes."""
    steps = []
    for turn in range(60):
        left = 0.1 + 0.3 * abs(turn % 40 - 20) / 20
        things = [(PERSON, left, 0.7 + 0.005 * (turn % 11))]
        if turn % 30 > 12:
            things.append((DOG, 0.65, 0.8))
        steps.append(seen(*things))
    return ScriptedDetector(steps)


class Moving(Camera):
    """A textured picture that drifts, so that there is camera motion to be measured."""

    def __init__(self) -> None:
        super().__init__()
        rows, columns = np.mgrid[0:240, 0:480]
        waves = np.sin(columns / 7) + np.sin(rows / 5) + np.sin((rows + columns) / 11)
        noise = np.random.default_rng(3).normal(0, 12, (240, 480))
        self._plane = np.clip(128 + 30 * waves + noise, 0, 255).astype(np.uint8)

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(1 / 30)
        at = (self.sent * 2) % 160
        grey = np.ascontiguousarray(self._plane[:, at : at + 320])
        frame = av.VideoFrame.from_ndarray(np.dstack([grey] * 3), "bgr24")
        frame.pts, frame.time_base = self.sent * 3000, Fraction(1, 90_000)
        self.sent += 1
        return frame


async def filmed(client: Any, running: Any) -> None:
    """Watches the client until the server has seen something of a moving picture."""
    moving = Moving()
    moving.sent = client.camera.sent
    client.connection.getSenders()[0].replaceTrack(moving)
    await client.until(lambda: client.tracks and client.tracks[-1]["objects"])


def state(client: Any) -> str:
    told = client.said("recording")
    return str(told[-1]["state"]) if told else ""


async def recorded(client: Any, running: Any, path: Path, results: int, *said: str) -> Path:
    """Records so many results of the detector, until all that is ``said`` was; fetches it."""
    events = client.channels["events"]
    await filmed(client, running)
    # a caption that was said before would not be said again
    events.send('{"type":"set","captions":false}')
    events.send('{"type":"record","on":true}')
    await client.until(lambda: state(client) == "on")
    began = len(client.tracks)
    await client.until(lambda: len(client.tracks) > began + 3, PATIENCE)
    events.send('{"type":"watch","id":"w1","text":"tell me when a dog appears"}')
    events.send('{"type":"ask","id":"q1","text":"How many people are there?"}')
    await client.until(lambda: len(client.tracks) >= began + results, PATIENCE)
    await client.until(lambda: all(map(client.said, said)), PATIENCE)
    events.send('{"type":"record","on":false}')
    await client.until(lambda: state(client) == "done")
    return await fetched(client, running, path)


async def fetched(client: Any, running: Any, path: Path) -> Path:
    answer = await running.http.get("/" + client.said("recording")[-1]["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    await asyncio.to_thread(path.write_bytes, answer.content)
    return path


def lines(packed: Path, name: str = "events.jsonl") -> list[dict[str, Any]]:
    with zipfile.ZipFile(packed) as files:
        return [json.loads(each) for each in files.read(name).splitlines()]


async def test_a_recording_is_played_back_to_the_same_tracks_and_events(
    serving: Maker, connected: Maker, tmp_path: Path
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        path = await recorded(client, running, tmp_path / "recording.zip", 24, "answer", "alert")
        live = [each for each in client.tracks if each["objects"]]
    said = lines(path)
    tracks = [each for each in said if each["type"] == "tracks"]
    assert len(tracks) > 15
    assert {each["type"] for each in said} >= {"tracks", "answer", "watching", "alert"}
    told = {(each["frame"]["pts"], json.dumps(each["objects"])) for each in live}
    ours = {(each["frame"]["pts"], json.dumps(each["objects"])) for each in tracks}
    assert len(ours & told) > len(ours) / 2, "these are the tracks that the person was shown"
    assert any(each["camera"] != [0.0, 0.0] for each in tracks), "the picture moved"
    outputs = RecordingOutputs(tmp_path / "again.jsonl", tmp_path / "out.mp4", tmp_path / "mot.txt")
    assert replay_recording(path, outputs) == SAME
    with zipfile.ZipFile(path) as files:
        assert (tmp_path / "again.jsonl").read_bytes() == files.read("events.jsonl")
    assert (tmp_path / "mot.txt").read_text().count("\n") > 15
    looks = [each for each in lines(path, "calls.jsonl") if each["call"] == "look"]
    with av.open(str(tmp_path / "out.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) == len(looks)


async def test_what_reader_and_model_said_is_said_again_without_them(
    serving: Maker, connected: Maker, tmp_path: Path
) -> None:
    model = ScriptedModel([Reply(["A person ", "is there."])] * 40)
    reader = ScriptedReader([Reading()] * 40)
    async with (
        serving(a_scene(), model=model, reader=reader) as running,
        connected(running) as client,
    ):
        path = await recorded(client, running, tmp_path / "recording.zip", 10, "answer")
    answers = [each for each in lines(path) if each["type"] == "answer" and each.get("done")]
    assert [each["source"] for each in answers] == [model.name]
    assert replay_recording(path, RecordingOutputs()) == SAME


async def test_what_is_in_it_can_be_watched_and_is_told_as_it_is_made(
    serving: Maker, connected: Maker, tmp_path: Path
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        path = await recorded(client, running, tmp_path / "recording.zip", 15)
        told = client.said("recording")
        assert [each["state"] for each in told if each["state"] in {"starting", "done"}] == [
            "starting",
            "done",
        ]
        on = [each for each in told if each["state"] == "on"]
        assert on[-1]["seconds"] > 0.5
        assert on[-1]["bytes"] > 1000
        assert on[-1]["limit"] == {"seconds": 600.0, "bytes": 64 << 20}
        await fetched(client, running, tmp_path / "again.zip")
        assert (tmp_path / "again.zip").read_bytes() == path.read_bytes(), "sent is not received"
        client.channels["events"].send('{"type":"record","drop":true}')
        await client.until(lambda: state(client) == "off")
        gone = await running.http.get(f"{client.location}/recording.zip")
        assert gone.status_code == 404, "the person has it: it is kept no longer"
        assert running.server.shelf.taken == 0
    with zipfile.ZipFile(path) as files:
        assert files.testzip() is None
        manifest = json.loads(files.read("recording.json"))
        looks = [each for each in lines(path, "calls.jsonl") if each["call"] == "look"]
        for name in ("annotated.mp4", manifest["camera"]):
            with av.open(io.BytesIO(files.read(name))) as video:
                count = sum(1 for _ in video.decode(video=0))
                assert count + manifest["pictures_left_out"] >= len(looks) > 5, name


async def test_a_recording_knows_nothing_of_what_was_before_it_but_what_is_wanted(
    serving: Maker, connected: Maker, tmp_path: Path
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        events = client.channels["events"]
        await filmed(client, running)
        await client.until(lambda: client.said("caption"))
        events.send('{"type":"ask","id":"secret","text":"How many people are there?"}')
        events.send('{"type":"watch","id":"before","text":"tell me when a cat appears"}')
        await client.until(lambda: client.said("watching") and client.said("answer"))
        known = max(each["id"] for each in client.tracks[-1]["objects"])
        path = await recorded(client, running, tmp_path / "recording.zip", 8)
    text = json.dumps([lines(path), lines(path, "calls.jsonl")])
    assert "secret" not in text
    assert "tell me when a cat appears" in text
    ids = {
        thing["id"] for each in lines(path) if each["type"] == "tracks" for thing in each["objects"]
    }
    assert ids
    assert min(ids) > known, "ids are not used twice in a session"


async def test_it_ends_by_itself_when_it_is_long_or_large_or_there_is_no_room(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        events = client.channels["events"]
        await filmed(client, running)
        for name, value, reason in (
            ("MOST_SECONDS", 0.5, "long"),
            ("MOST_BYTES", 500, "full"),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(recording, name, value)
                client.events.clear()
                events.send('{"type":"record","on":true}')
                await client.until(lambda: state(client) == "done")
                assert client.said("recording")[-1]["reason"] == reason
        client.events.clear()
        (entry,) = running.server.sessions.all()
        entry.session.recorder._shelf = Shelf(room=2000)
        events.send('{"type":"record","on":true}')
        await client.until(lambda: state(client) == "done")
        assert client.said("recording")[-1]["reason"] == "server-full"


async def test_a_lost_connection_ends_it_and_who_returns_can_fetch_it(
    serving: Maker, connected: Maker, tmp_path: Path
) -> None:
    async with serving(a_scene()) as running:
        async with connected(running) as client:
            await filmed(client, running)
            token = client.said("hello")[0]["resume"]
            client.channels["events"].send('{"type":"record","on":true}')
            await client.until(lambda: state(client) == "on")
            await asyncio.sleep(1.5)
        headers = {"Openeyes-Resume": token}
        async with connected(running, headers=headers) as client:
            await client.until(lambda: state(client) == "done")
            assert client.said("recording")[-1]["reason"] == "connection"
            path = await fetched(client, running, tmp_path / "recording.zip")
    assert replay_recording(path, RecordingOutputs()).tracks == []


async def test_with_the_session_goes_its_recording(serving: Maker, connected: Maker) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        await filmed(client, running)
        client.channels["events"].send('{"type":"record","on":true}')
        await client.until(lambda: state(client) == "on")
        client.channels["events"].send('{"type":"record","on":false}')
        await client.until(lambda: state(client) == "done")
        assert running.server.shelf.taken > 0
        await running.http.delete(client.location)
        assert running.server.shelf.taken == 0
        gone = await running.http.get(f"{client.location}/recording.zip")
        assert gone.status_code == 404


async def test_a_camera_frame_that_finds_no_room_ends_the_recording(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        await filmed(client, running)
        client.channels["events"].send('{"type":"record","on":true}')
        await client.until(lambda: state(client) == "on")
        monkeypatch.setattr(recording_files, "MOST_CAMERA", 0)
        await client.until(lambda: state(client) == "done")
        assert client.said("recording")[-1]["reason"] == "behind"


async def test_nothing_is_recorded_that_nobody_asked_for(serving: Maker, connected: Maker) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        await filmed(client, running)
        await client.until(lambda: client.said("stats"))
        assert not client.said("recording")
        (entry,) = running.server.sessions.all()
        assert entry.peer.ingest.tap is None
        assert (await running.http.get(f"{client.location}/recording.zip")).status_code == 404


async def test_a_replay_that_goes_another_way_is_told(
    serving: Maker, connected: Maker, tmp_path: Path
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        path = await recorded(client, running, tmp_path / "recording.zip", 8)
    spoilt = tmp_path / "spoilt.zip"
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(spoilt, "w") as two:
        for name in one.namelist():
            content = one.read(name)
            if name == "calls.jsonl":
                rows = content.splitlines(keepends=True)
                first = next(at for at, row in enumerate(rows) if b'"took"' in row)
                del rows[first]
                content = b"".join(rows)
            two.writestr(name, content)
    unlike = replay_recording(spoilt, RecordingOutputs())
    assert unlike.tracks
    assert unlike.tracks[0].startswith("-")


def test_what_differs_is_told_apart_from_what_is_only_later() -> None:
    one = b'{"type":"tracks","seq":1}\n{"type":"tracks","seq":2}\n{"type":"alert","id":"a"}\n'
    two = b'{"type":"caption"}\n' + one
    assert compared(one, one) == SAME
    assert compared(one, two) == Comparison([], ['+{"type":"caption"}'])
    assert compared(one, one.replace(b"2", b"3")).said == []
    assert len(compared(one, one.replace(b"2", b"3")).tracks) == 2


def test_what_is_no_recording_is_refused_with_words(tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as files:
        files.writestr("hello.txt", "hello")
    assert is_recording(other)
    with pytest.raises(MediaError, match="not a whole recording"):
        read_recording(other)
    text = tmp_path / "video.mp4"
    text.write_text("no zip")
    assert not is_recording(text)


def test_numbers_come_back_as_the_very_same() -> None:
    random = np.random.default_rng(1)
    found = Detections(
        random.random((20, 4), np.float32),
        random.random(20, np.float32),
        random.integers(0, 80, 20).astype(np.int32),
    )
    call = took(5, 9, found, coco.LABELS)
    (again,) = calls_in(line_of(call))
    assert isinstance(again, Took)
    back = detections_of(again)
    assert np.array_equal(back.boxes, found.boxes)
    assert np.array_equal(back.scores, found.scores)
    assert np.array_equal(back.classes, found.classes)
    assert list(calls_in(line_of(Look(7)))) == [Look(7)]


def test_what_is_wanted_is_kept_in_mind_until_it_is_over() -> None:
    standing = Standing()
    standing.heard(OptionsSet(captions=False))
    standing.heard(OptionsSet(language="zh"))
    for name in "abc":
        standing.heard(WatchAsked(name, name))
    standing.heard(Unwatched("a"))
    standing.said(Watching("b", "b", "B appears", "ended"))
    wanted = list(standing.events())
    assert wanted == [OptionsSet(captions=False, language="zh"), WatchAsked("c", "c")]


def test_all_recordings_together_are_bounded() -> None:
    shelf = Shelf(room=100)
    assert shelf.fits("a", 60)
    assert not shelf.fits("b", 41)
    assert shelf.fits("b", 40)
    assert shelf.fits("a", 50)
    shelf.free("b")
    assert shelf.taken == 50


def test_the_annotated_video_keeps_times_and_takes_other_sizes() -> None:
    video = AnnotatedVideo()
    for number, size in enumerate([(320, 240), (320, 240), (240, 320)]):
        grey = np.full((size[1], size[0], 3), 40 * number, np.uint8)
        video.add(Picture.from_bgr(grey), number * 9000)
    with av.open(io.BytesIO(video.finish())) as again:
        frames = list(again.decode(video=0))
    assert [round(float(each.time or 0) * 10) for each in frames] == [0, 1, 2]
    assert {(each.width, each.height) for each in frames} == {(320, 240)}


class Narrow(io.BytesIO):
    """A file that notes how much is written at once."""

    most = 0

    def write(self, content: Any) -> int:
        self.most = max(self.most, memoryview(content).nbytes)
        return super().write(content)


def test_videos_are_packed_in_small_pieces_and_not_kept() -> None:
    file, noise = Narrow(), np.random.default_rng(1).bytes(5 << 20)
    with zipfile.ZipFile(file, "w") as packed:
        for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            recording_files.pack(packed, str(how), noise, how)
    assert file.most <= 300_000, "who writes it all at once stops all other threads"
    with zipfile.ZipFile(file) as packed:
        assert {packed.read(each) == noise for each in packed.namelist()} == {True}
    video = AnnotatedVideo()
    video.add(Picture.from_bgr(np.zeros((240, 320, 3), np.uint8)), 0)
    assert len(video.finish()) > 500
    assert video._file.getbuffer().nbytes == 0


async def test_a_fault_in_recording_ends_it_and_leaves_the_picture_alone(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        await filmed(client, running)
        client.channels["events"].send('{"type":"record","on":true}')
        await client.until(lambda: state(client) == "on")
        monkeypatch.setattr(recording_take, "took", lambda *_: 1 / 0)
        await client.until(lambda: state(client) == "done")
        assert client.said("recording")[-1]["reason"] == "broken"
        before = len(client.tracks)
        await client.until(lambda: len(client.tracks) > before + 3)


async def test_a_picture_that_cannot_be_drawn_is_left_out_and_no_more(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add, turns = AnnotatedVideo.add, iter(range(1_000_000))

    def failing(video: AnnotatedVideo, picture: Picture, pts: int) -> None:
        if next(turns) == 2:
            raise ValueError("this one cannot be drawn")
        add(video, picture, pts)

    monkeypatch.setattr(AnnotatedVideo, "add", failing)
    async with serving(a_scene()) as running, connected(running) as client:
        path = await recorded(client, running, tmp_path / "recording.zip", 6)
    with zipfile.ZipFile(path) as files:
        assert json.loads(files.read("recording.json"))["pictures_left_out"] >= 1
        assert len(files.read("annotated.mp4")) > 500
    assert replay_recording(path, RecordingOutputs()).tracks == []


async def test_a_camera_frame_that_cannot_be_written_ends_it_at_once_with_what_there_is(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with serving(a_scene()) as running, connected(running) as client:
        await filmed(client, running)
        client.channels["events"].send('{"type":"record","on":true}')
        await client.until(lambda: state(client) == "on")
        await asyncio.sleep(1)
        monkeypatch.setattr(CameraVideo, "add", lambda *_: 1 / 0)
        await client.until(lambda: state(client) == "done")
        assert client.said("recording")[-1]["reason"] == "broken"
        path = await fetched(client, running, tmp_path / "recording.zip")
    with zipfile.ZipFile(path) as files:
        manifest = json.loads(files.read("recording.json"))
        with av.open(io.BytesIO(files.read(manifest["camera"]))) as video:
            assert sum(1 for _ in video.decode(video=0)) == len(manifest["frames"]) > 3


def kept(size: int) -> recording.Recorder:
    """A recorder with a recording that is done."""
    subject = SimpleNamespace(say=lambda _: None)
    about = SimpleNamespace(session="a")
    recorder = recording.Recorder(cast("Any", subject), cast("Any", about), Shelf())
    recorder.zip = bytes(size)
    return recorder


async def test_one_download_at_a_time_and_none_holds_what_is_dropped() -> None:
    recorder = kept(4 * recording_routes.CHUNK)
    one, two = recording_routes.sent(recorder), recording_routes.sent(recorder)
    assert len(await anext(one)) == recording_routes.CHUNK
    assert len(await anext(two)) == recording_routes.CHUNK
    with pytest.raises(recording_routes.Cut):
        await anext(one)
    assert len(await anext(two)) == recording_routes.CHUNK
    recorder.close()
    with pytest.raises(recording_routes.Cut):
        await anext(two)


async def test_a_download_that_nobody_reads_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_routes, "DOWNLOAD_LIMIT", 0.2)
    begun = asyncio.Event()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            begun.set()
            await asyncio.Event().wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    recorder = kept(4 * recording_routes.CHUNK)
    download = recording_routes.Download(recording_routes.sent(recorder))
    async with asyncio.timeout(10):
        await download({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    assert begun.is_set()
    recorder.fetching()
    again = recording_routes.Download(recording_routes.sent(recorder))
    sent: list[Any] = []

    async def take(message: Any) -> None:
        sent.append(message)
        if len(sent) == 2:
            recorder.fetching()

    await again({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, take)
    assert [each["type"] for each in sent] == ["http.response.start", "http.response.body"]
