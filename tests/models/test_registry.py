import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from models import registry
from vision.errors import DeviceUnavailable, UnknownModel

ADAPTER = """
from models.devices import Runtime
from models.scripted import ScriptedDetector, Step

def create(name, device, threads):
    detector = ScriptedDetector([Step()])
    detector.name = name
    detector.runtime = Runtime(device, threads or 1, "made in a test")
    return detector
"""


@pytest.fixture
def another_detector(tmp_path, monkeypatch):
    """A package with one file, installed beside this one."""
    (tmp_path / "another_detector.py").write_text(ADAPTER)
    monkeypatch.syspath_prepend(tmp_path)
    found = [
        EntryPoint("another", "another_detector:create", registry.GROUP),
        EntryPoint("nanodet-g-416", "another_detector:create", registry.GROUP),
    ]
    monkeypatch.setattr(
        registry, "entry_points", lambda group: found if group == registry.GROUP else []
    )


def test_the_default_detector_is_there():
    assert "nanodet-g-416" in registry.names()


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UnknownModel, match=r"'yolo'; there are: .*nanodet-g-416"):
        registry.create("yolo")


@pytest.mark.usefixtures("another_detector")
def test_another_detector_is_one_file():
    assert registry.names() == ("another", "nanodet-g-416")
    detector = registry.create("another", device="cpu", threads=3)
    assert detector.name == "another"
    assert str(detector.runtime) == "cpu, 3 threads (made in a test)"


@pytest.mark.usefixtures("another_detector")
def test_nobody_takes_the_place_of_a_built_in_one():
    assert registry.create("nanodet-g-416", device="cpu").runtime.reason == "asked for"


def test_the_device_is_passed_on():
    with pytest.raises(DeviceUnavailable, match="device tensorrt cannot be used"):
        registry.create("nanodet-g-416", device="tensorrt")


def test_asking_for_names_loads_no_runtime():
    program = (
        "import sys; from models import registry, scripted, weights, devices; registry.names();"
        "sys.exit('onnxruntime' in sys.modules or 'models.nanodet' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
