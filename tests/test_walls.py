"""The import walls of the house: data flows one way, and imports with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"vision", "models", "streaming", "web"}
MAY_IMPORT: dict[str, set[str]] = {
    "vision": {"vision"},
    "models": {"models", "vision"},
    "streaming": {"streaming", "vision"},
    "web": set(),
}
COMPOSITION_ROOT = {"streaming/app.py", "streaming/app_models.py", "streaming/app_speech.py"}
SPEAKS_RTP = {
    *("ingest", "egress", "peer", "channels", "offer", "server"),
    *("receiving/adapter", "known_aiortc", "hearing_track"),
    *(f"sending/{module}" for module in ("adapter", "negotiation", "packets", "playout")),
}
FORBIDDEN_IN_VISION = {"asyncio", "threading", "time", "socket", "os", "io", "pathlib", "logging"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


@pytest.mark.parametrize("package", sorted(OURS))
def test_imports_point_one_way(package: str) -> None:
    for path in modules(package):
        allowed = OURS if str(path.relative_to(ROOT)) in COMPOSITION_ROOT else MAY_IMPORT[package]
        assert roots(path) & OURS <= allowed, path


def test_vision_does_no_io_and_knows_no_clock() -> None:
    for path in modules("vision"):
        assert not roots(path) & FORBIDDEN_IN_VISION, path
        assert roots(path).isdisjoint({"av", "aiortc", "fastapi", "onnxruntime"}), path


def test_aiortc_stays_in_the_files_that_speak_rtp() -> None:
    for path in modules("streaming"):
        module = path.relative_to(ROOT / "streaming").with_suffix("").as_posix()
        assert "aiortc" not in roots(path) or module in SPEAKS_RTP, path
    for package in ("vision", "models"):
        assert not any("aiortc" in roots(path) for path in modules(package))


def test_onnxruntime_stays_in_models() -> None:
    for package in ("vision", "streaming"):
        for path in modules(package):
            assert "onnxruntime" not in roots(path), path
