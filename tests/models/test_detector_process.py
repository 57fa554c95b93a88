"""Real detectors in real processes: asked, lost, started again, ended."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from models import picture_slot, registry
from models.choice import Choice
from models.detector_process import DetectorProcess
from models.process_limits import ProcessLimits
from streaming.sample import sample_camera, sample_picture
from tests.models import plugged_detector
from tests.models.plugged_detector import (
    DIE,
    HANG,
    LACK,
    LOADING,
    NAME,
    RAISE,
    SLOWER,
    SPIN,
    obeyed,
    picture,
    started,
)
from vision.errors import ConfigError, DeviceUnavailable, ModelError, UnknownModel, WeightsMissing
from vision.ports import BatchDetector, LadderDetector

AT_ONCE = ProcessLimits(first_pause=0.0, longest_pause=0.0)

OWNER = """
import sys
from tests.models.plugged_detector import HANG, SEE, picture, started
detector = started()
hang = sys.argv[1] == "hang"
print(detector._host.pid, flush=True)
detector.detect(picture(HANG if hang else SEE))
sys.stdin.readline()
"""


@pytest.fixture(scope="module", autouse=True)
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with plugged_detector.installed(tmp_path_factory.mktemp("plugged")):
        yield


@pytest.fixture(scope="module")
def detector() -> Iterator[DetectorProcess]:
    process = started(device="cpu", threads=3, limits=AT_ONCE)
    yield process
    process.close()


@pytest.fixture(scope="module")
def real() -> Iterator[DetectorProcess]:
    """The detector that comes with the package."""
    process = started("nanodet-g-416", device="cpu", threads=2)
    yield process
    process.close()


def pid(detector: DetectorProcess) -> int:
    assert detector._host.pid is not None
    return detector._host.pid


def hasty(seconds: float = 1.0) -> DetectorProcess:
    """One that may not take long."""
    return started(limits=replace(AT_ONCE, answer=seconds, starved=2.0))


def test_it_sees_what_the_detector_sees(real: DetectorProcess) -> None:
    here = registry.create("nanodet-g-416", device="cpu", threads=2)
    shown = sample_picture(sample_camera((320, 240)), 30)
    expected, found = here.detect(shown), real.detect(shown)
    assert len(found) > 0
    for name in ("boxes", "scores", "classes"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        assert getattr(found, name).dtype == getattr(expected, name).dtype
        assert getattr(found, name).flags.writeable
    assert (real.name, real.labels, real.runtime) == (here.name, here.labels, here.runtime)


def test_it_is_a_ladder_where_the_detector_is_one(detector: DetectorProcess) -> None:
    assert isinstance(detector, LadderDetector)
    assert detector.rungs == ("large", "medium", "small")
    assert detector.rung == 0
    assert (detector.runtime.threads, detector.labels[2]) == (3, "third")
    for rung in (2, 0, 1):
        detector.rung = rung
        assert detector.detect(picture()).classes.tolist() == [rung]


@pytest.mark.parametrize("size", [(64, 48), (640, 480), (320, 240), (1080, 1920), (2, 2)])
def test_every_pixel_arrives_whatever_the_size(
    detector: DetectorProcess, size: tuple[int, int]
) -> None:
    width, height = size
    sent = picture(0, width, height, level=17)
    sent.i420[-1, -1] = 201
    ((w, h, mean, last),) = detector.detect(sent).boxes.tolist()
    assert (w, h, last) == (width, height, 201)
    assert mean == pytest.approx(sent.i420.mean())


@pytest.mark.parametrize("size", [(3840, 2160), (2160, 3840)])
def test_a_picture_over_the_limit_is_seen_smaller(
    detector: DetectorProcess, size: tuple[int, int]
) -> None:
    ((width, height, mean, _),) = detector.detect(picture(0, *size)).boxes.tolist()
    assert 0.99 * AT_ONCE.pixels < width * height <= AT_ONCE.pixels
    assert width / height == pytest.approx(size[0] / size[1], rel=0.002)
    assert mean == pytest.approx(100, abs=0.1)


@pytest.fixture(scope="module")
def wide() -> Iterator[DetectorProcess]:
    """One that takes up to four pictures at a time."""
    process = started(device="cpu", batch=4, limits=AT_ONCE)
    yield process
    process.close()


def test_on_a_processor_it_takes_one_picture_unless_asked_otherwise(
    detector: DetectorProcess, wide: DetectorProcess
) -> None:
    assert detector.batch_sizes == (1,)
    assert isinstance(wide, BatchDetector)
    assert wide.batch_sizes == (1, 2, 4)


def test_a_batch_of_pictures_of_all_sizes_arrives_whole_and_in_order(
    wide: DetectorProcess,
) -> None:
    sizes = [(640, 480), (480, 640), (2, 2), (1280, 720)]
    sent = [picture(0, *size, level=level) for level, size in enumerate(sizes, 1)]
    wide.rung = 2
    for some in (sent, sent[::-1], sent[:1]):
        found = wide.detect_batch(some)
        assert [each.boxes[0, :2].tolist() for each in found] == [
            [each.width, each.height] for each in some
        ]
        means = [each.i420.mean() for each in some]
        assert [each.boxes[0, 2] for each in found] == pytest.approx(means)
        assert [each.scores.tolist() for each in found] == [[0.5 / len(some)]] * len(some)
        assert {each.classes[0] for each in found} == {2}
    assert wide.detect_batch([]) == []


def test_what_the_slot_cannot_hold_at_a_time_goes_one_after_the_other(
    wide: DetectorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = picture(), picture(0, 640, 480)
    monkeypatch.setattr(picture_slot, "MOST_BYTES", 640 * 480 * 3 // 2 + small.i420.size)
    found = wide.detect_batch([small, large, small, large])
    assert [each.boxes[0, 0] for each in found] == [64, 640, 64, 640]
    assert [each.scores[0] for each in found] == [0.25] * 4
    monkeypatch.setattr(picture_slot, "MOST_BYTES", 0)
    assert [each.scores[0] for each in wide.detect_batch([small] * 3)] == [0.5] * 3


def test_a_batch_is_seen_as_each_of_its_pictures_alone() -> None:
    camera = sample_camera((320, 240))
    shown = [sample_picture(camera, frame) for frame in (10, 30, 50)]
    real = started("nanodet-g-416", device="cpu", threads=2, batch=4)
    try:
        alone = [real.detect(each) for each in shown]
        together = real.detect_batch(shown)
    finally:
        real.close()
    for one, other in zip(alone, together, strict=True):
        assert len(one) > 0
        for name in ("boxes", "scores", "classes"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_batch_in_which_one_fails_fails_and_one_that_kills_is_survived(
    wide: DetectorProcess,
) -> None:
    before = pid(wide)
    with pytest.raises(ModelError, match="ValueError: ordered to raise"):
        wide.detect_batch([picture(), picture(RAISE)])
    assert pid(wide) == before
    with pytest.raises(ModelError, match="ended"):
        wide.detect_batch([picture(), picture(DIE), picture()])
    _until_it_sees(wide)
    assert wide.batch_sizes == (1, 2, 4)
    assert [len(each) for each in wide.detect_batch([picture()] * 2)] == [1, 1]


def test_a_batch_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="choose 1 to 32"):
        started(batch=33)


def test_errors_come_back_as_what_they_are(detector: DetectorProcess) -> None:
    before = pid(detector)
    with pytest.raises(ModelError, match="ValueError: ordered to raise"):
        detector.detect(picture(RAISE))
    with pytest.raises(WeightsMissing, match="ordered to lack"):
        detector.detect(picture(LACK))
    assert len(detector.detect(picture())) == 1
    assert pid(detector) == before, "an error is no reason to start anew"


@pytest.mark.parametrize(
    ("name", "device", "kind", "words"),
    [
        ("nonesuch", "cpu", UnknownModel, "nanodet-g-416"),
        ("nanodet-g-416", "tensorrt", DeviceUnavailable, "--device auto"),
        (plugged_detector.BROKEN, "cpu", ModelError, "RuntimeError: broken by design"),
    ],
)
def test_what_cannot_be_loaded_is_refused_as_without_a_process(
    name: str, device: str, kind: type[ModelError], words: str
) -> None:
    with pytest.raises(kind, match=words) as refused:
        started(name, device=device)
    assert type(refused.value) is kind


def test_a_process_that_dies_is_told_and_replaced(detector: DetectorProcess) -> None:
    before = pid(detector)
    with pytest.raises(ModelError, match="ended"):
        detector.detect(picture(DIE))
    assert len(_until_it_sees(detector)) == 1
    os.kill(pid(detector), signal.SIGKILL)
    with pytest.raises(ModelError, match="ended"):
        detector.detect(picture())
    assert len(_until_it_sees(detector)) == 1
    assert pid(detector) != before
    assert not psutil.pid_exists(before)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no idle class")
def test_it_is_loaded_at_once_first_and_beside_live_sessions_gently() -> None:
    again = started(limits=AT_ONCE)
    try:
        assert str(again.runtime) == "auto, 1 thread (loaded at once)"
        with pytest.raises(ModelError):
            again.detect(picture(DIE))
        _until_it_sees(again)
        assert str(again.runtime) == "auto, 1 thread (loaded gently)"
    finally:
        again.close()


def test_while_it_is_loaded_again_nobody_waits_and_one_that_hangs_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = tmp_path / "order"
    monkeypatch.setenv(LOADING, str(order))
    limits = replace(AT_ONCE, restart=1.0, slower_again=0.0, starved=0.0)
    loaded = started(limits=limits)
    try:
        order.write_text(str(HANG))
        with pytest.raises(ModelError, match="was lost"):
            loaded.detect(picture(DIE))
        told = _told_until(loaded, "was lost: nothing came from it")
        assert any("is being loaded" in each for each in told)
        order.unlink()
        limits = replace(limits, restart=60.0)
        loaded._host._limits = limits
        assert len(_until_it_sees(loaded)) == 1
    finally:
        loaded.close()


def _told_until(detector: DetectorProcess, words: str) -> list[str]:
    """What it says for frame after frame, until it says that."""
    told: list[str] = []
    while not told or words not in told[-1]:
        with pytest.raises(ModelError) as refused:
            detector.detect(picture())
        told.append(str(refused.value))
        time.sleep(0.02)
    return told


def test_closing_ends_the_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = tmp_path / "order"
    order.write_text(str(HANG))
    monkeypatch.setenv(LOADING, str(order))
    owned, errors = DetectorProcess(Choice(NAME)), []

    def start() -> None:
        try:
            owned.start()
        except ModelError as error:
            errors.append(str(error))

    waiting = threading.Thread(target=start)
    waiting.start()
    while obeyed(order) != HANG:
        time.sleep(0.01)
    owned.close()
    waiting.join(60)
    assert errors == ["the detector was closed"]


@pytest.mark.usefixtures("many_descriptors")
def test_it_can_be_started_where_many_descriptors_are_open() -> None:
    crowded = started(limits=AT_ONCE)
    try:
        assert len(crowded.detect(picture())) == 1
    finally:
        crowded.close()


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """All numbers that ``select`` can count to are taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip("so many may not be opened here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
    taken = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while taken[-1] < 1024:
            taken.append(os.dup(taken[0]))
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_after_a_loss_the_next_start_waits() -> None:
    waiting = started(limits=ProcessLimits(first_pause=600.0, longest_pause=600.0))
    try:
        with pytest.raises(ModelError, match="was lost"):
            waiting.detect(picture(DIE))
        with pytest.raises(ModelError, match=r"started again in (600|599)"):
            waiting.detect(picture())
    finally:
        waiting.close()


@pytest.mark.parametrize("order", [HANG, SPIN])
def test_one_that_hangs_is_ended_and_replaced(order: int) -> None:
    hanging = hasty()
    try:
        before = pid(hanging)
        with pytest.raises(ModelError, match="nothing came"):
            hanging.detect(picture(order))
        assert not psutil.pid_exists(before)
        assert len(_until_it_sees(hanging)) == 1
    finally:
        hanging.close()


def lives(worker: psutil.Process) -> bool:
    """A zombie does not: it waits only for whoever inherited it to ask how it ended."""
    with suppress(psutil.NoSuchProcess):
        return worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE
    return False


def _until_it_sees(detector: DetectorProcess) -> list[float]:
    """On a machine that is busy enough, a detection may take too long that does not hang."""
    for _ in range(3000):
        with suppress(ModelError):
            return list(detector.detect(picture()).scores)
        time.sleep(0.02)
    raise AssertionError("it never saw again")


def test_closing_ends_a_detection_under_way() -> None:
    owned = started()
    worker = psutil.Process(pid(owned))
    errors: list[ModelError] = []

    def detect() -> None:
        try:
            owned.detect(picture(HANG))
        except ModelError as error:
            errors.append(error)

    waiting = threading.Thread(target=detect)
    waiting.start()
    while not owned._host._talking.locked():
        pass
    owned.close()
    owned.close()
    waiting.join(20)
    assert "closed" in str(errors[0])
    assert not worker.is_running()
    with pytest.raises(ModelError, match="closed"):
        owned.detect(picture())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
@pytest.mark.parametrize("what", ["hang", "see"])
def test_it_ends_with_its_owner_and_leaves_nothing(what: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert owner.stdout is not None
    worker = psutil.Process(int(owner.stdout.readline()))
    memory = picture_memory(worker.pid)
    assert len(memory) == 1, "it was given one slot, and nobody else's"
    assert {owner.pid, worker.pid} == holders(memory)
    if what == "hang":
        owner.kill()
    _, said = owner.communicate(b"\n", timeout=60)
    assert said == b"", "neither the owner nor its worker has anything to complain about"
    while lives(worker):
        time.sleep(0.05)
    assert holders(memory) == set()


def picture_memory(process: int) -> set[int]:
    """Inodes of the slots that a process holds."""
    slots = set()
    with suppress(OSError):  # it is another's, or gone
        for each in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                if "openeyes-picture" in str(each.readlink()):
                    slots.add(each.stat().st_ino)
    return slots


def holders(memory: set[int]) -> set[int]:
    """The processes that hold any of these slots."""
    return {each for each in psutil.pids() if picture_memory(each) & memory}


def test_losses_leave_no_descriptor_behind(detector: DetectorProcess) -> None:
    detector.detect(picture())
    before = psutil.Process().num_fds()
    with pytest.raises(ModelError):
        detector.detect(picture(DIE))
    _until_it_sees(detector)
    assert psutil.Process().num_fds() == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no idle class")
def test_all_of_its_threads_give_way(real: DetectorProcess) -> None:
    tasks = [int(task.name) for task in Path(f"/proc/{pid(real)}/task").iterdir()]
    assert len(tasks) > 1
    assert {os.sched_getscheduler(task) for task in tasks} == {os.SCHED_IDLE}


@pytest.mark.parametrize("longest", [20.0, 1.0])
def test_one_that_is_slow_by_itself_has_time_by_what_its_first_run_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest: float
) -> None:
    (tmp_path / "order").write_text(str(SLOWER))
    monkeypatch.setenv(plugged_detector.ORDERS, str(tmp_path / "order"))
    limits = ProcessLimits(answer=0.5, slower_answer=5.0, longest_answer=longest, starved=0.0)
    slow = started(device="cpu", limits=limits)
    try:
        if longest > 1:
            assert len(slow.detect(picture())) == 1
        else:
            with pytest.raises(ModelError, match="nothing came from it"):
                slow.detect(picture())
    finally:
        slow.close()
