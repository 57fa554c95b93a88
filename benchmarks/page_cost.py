"""What the page costs a phone: its weight, the time to the first boxes, its script for each frame.

    PYTHONPATH=.:benchmarks python benchmarks/page_cost.py [--seconds 10] [--rounds 3] [--slower 4]

The processor of the page is slowed down as Chromium does it for developers (``--slower``), which is
no phone, but says what a machine that much slower would need. Script is what Chromium counts as
such (``ScriptDuration``), in a page that follows three objects, told at 20 Hz.

The time to the first boxes counts from following the link to the first frame with a box on it; the
server runs and is on the same machine, and the camera is Chromium's fake one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from browser import fake_camera_browser
from page_states import PHONE, STATES, Visit, visited, wait, write_still
from playwright.sync_api import Browser, CDPSession, Page
from processes import openeyes_server

from streaming.sample import sample_camera, write_y4m

WEIGHT = """() => {
  const loaded = [...performance.getEntriesByType("resource"),
    ...performance.getEntriesByType("navigation")]
    .filter(({ name }) => /\\/web\\/.*\\.(js|css)$|\\/$/.test(new URL(name).pathname));
  const sum = (key) => loaded.reduce((total, each) => total + each[key], 0);
  return [loaded.length, sum("decodedBodySize"), sum("transferSize")];
}"""
FIRST_BOX = """() => new Promise((resolve) => {
  const look = () => window.openEyes?.drawn().boxes.length
    ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
})"""
FRAMES = "document.querySelector('#preview').getVideoPlaybackQuality().totalVideoFrames"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one round."""

    files: int
    "That were loaded until a live picture was there."
    weight: int
    "Of them, bytes as they are used."
    transferred: int
    "Bytes that went over the network, headers included."
    script: float
    "Milliseconds for each displayed frame, slowed down."
    frames: float
    "Displayed a second, meanwhile."


def measured(page: Page, seconds: float, slower: float) -> Cost:
    """Of a page that is live."""
    files, weight, transferred = page.evaluate(WEIGHT)
    tool = page.context.new_cdp_session(page)
    tool.send("Performance.enable")
    tool.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.wait_for_timeout(2000)
    frames, script = page.evaluate(FRAMES), script_seconds(tool)
    page.wait_for_timeout(seconds * 1000)
    shown, spent = page.evaluate(FRAMES) - frames, script_seconds(tool) - script
    return Cost(files, weight, transferred, 1e3 * spent / max(1, shown), shown / seconds)


def script_seconds(tool: CDPSession) -> float:
    """Since the page began."""
    metrics = tool.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "ScriptDuration"))


def first_boxes(browser: Browser, base: str) -> float:
    """Milliseconds from following the link to a frame with a box on it."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    page.goto(f"{base}/?source=camera&autostart=1", wait_until="commit")
    took = float(page.evaluate(FIRST_BOX))
    context.close()
    return took


def main() -> None:
    """Measures, and prints a table."""
    asked = _options()
    visit = Visit(PHONE, "en", "light")
    with tempfile.TemporaryDirectory() as folder, openeyes_server() as base:
        still, moving = Path(folder) / "still.y4m", Path(folder) / "moving.y4m"
        write_still(still, PHONE)
        write_y4m(moving, sample_camera(PHONE.camera), stamped=False)
        costs = []
        with fake_camera_browser(still) as browser:
            for _ in range(asked.rounds):
                with visited(browser, base, visit) as page:
                    STATES["answer"](page, visit)
                    wait(page, "openEyes.drawn().boxes.length > 0")
                    costs.append(measured(page, asked.seconds, asked.slower))
        with fake_camera_browser(moving) as browser:
            times = [first_boxes(browser, base) for _ in range(asked.rounds)]
    report(costs, times, asked.slower)


def report(costs: list[Cost], times: list[float], slower: float) -> None:
    """One line for each figure."""
    cost = costs[0]
    print(
        f"loaded: {cost.files} files, {cost.weight / 1e3:.1f} kB, "
        f"{cost.transferred / 1e3:.1f} kB over the network"
    )
    script = sorted(each.script for each in costs)
    frames = statistics.median(each.frames for each in costs)
    middle = statistics.median(script)
    spread = f"{script[0]:.2f} to {script[-1]:.2f}"
    print(f"script per frame, {slower:g}x slower: {middle:.2f} ms ({spread}), {frames:.0f} fps")
    told = f"{min(times):.0f} to {max(times):.0f}"
    print(f"link to first boxes: {statistics.median(times):.0f} ms ({told})")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What does the page cost a phone?")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slower", type=float, default=4.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
