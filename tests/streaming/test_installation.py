from importlib import metadata
from pathlib import Path

import pytest

from streaming import installation
from streaming.installation import (
    check_codecs,
    check_cores,
    check_packages,
    check_providers,
    check_python,
    cores_allowed,
)

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.mark.parametrize(
    ("version", "status"), [((3, 10, 14), "fail"), ((3, 11, 0), "ok"), ((3, 14, 2), "ok")]
)
def test_python(version: tuple[int, ...], status: str) -> None:
    check = check_python(version)
    assert check.status == status
    assert ".".join(map(str, version)) in check.detail
    assert ("3.11 or newer" in check.cure) is (status == "fail")


def test_our_own_packages_are_all_there_as_pinned() -> None:
    check = check_packages()
    assert check.status == "ok"
    assert f"aiortc {metadata.version('aiortc')}" in check.detail


def test_a_missing_package_is_named() -> None:
    check = check_packages(["numpy>=1", "no-such-package-here>=2", "nor-this; extra == 'dev'"])
    assert (check.status, check.detail) == ("fail", "missing: no-such-package-here")
    assert check.cure == "pip install openeyes"


def test_a_package_other_than_pinned_is_named() -> None:
    check = check_packages(["numpy==0.0.1", "scipy>=1"])
    assert check.status == "warn"
    assert check.detail == f"not as tested: numpy {metadata.version('numpy')}"
    assert check.cure == "pip install numpy==0.0.1"


def test_a_package_may_stand_in_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_gpu(name: str) -> str:
        if name == "onnxruntime-gpu":
            return "1.31"
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", only_gpu)
    assert check_packages(["onnxruntime>=1.27"]).status == "ok"


def test_we_ourselves_not_being_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", none)
    monkeypatch.setattr(metadata, "version", none)
    assert check_packages().detail == "missing: openeyes"


@pytest.mark.parametrize(
    ("providers", "gpu", "status", "cure"),
    [
        ((), False, "fail", "pip install onnxruntime"),
        ((CPU,), False, "ok", ""),
        ((CUDA, CPU), True, "ok", ""),
        ((CPU,), True, "warn", "pip install openeyes[gpu]"),
    ],
)
def test_providers(providers: tuple[str, ...], status: str, cure: str, *, gpu: bool) -> None:
    check = check_providers(providers, gpu=gpu)
    assert (check.status, check.cure) == (status, cure)


def test_both_codecs_are_there() -> None:
    assert [(check.name, check.status) for check in check_codecs()] == [
        ("VP8", "ok"),
        ("H.264", "ok"),
    ]


def test_a_codec_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_CODECS", {"VP8": ("no-such", "libvpx"), "X": ("no", "nor")})
    first, second = check_codecs()
    assert (first.status, first.detail) == ("fail", "PyAV lacks the encoder no-such")
    assert second.detail == "PyAV lacks the encoder no and the decoder nor"


@pytest.mark.parametrize(("cores", "status"), [(0.5, "warn"), (1, "warn"), (2, "ok"), (16, "ok")])
def test_cores(cores: float, status: str) -> None:
    check = check_cores(cores)
    assert check.status == status
    assert f"{cores:g} for us; event loop asyncio" in check.detail


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", None), ("50000 100000", 0.5), ("garbage", None)]
)
def test_a_containers_quota_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, cores: float | None
) -> None:
    monkeypatch.setattr(installation, "_CPU_QUOTA", tmp_path / "not there")
    whole = cores_allowed()
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(installation, "_CPU_QUOTA", tmp_path / "cpu.max")
    assert cores_allowed() == (whole if cores is None else cores)
