"""How the picture fares on a bad network: ours beside the plain echo, in Chromium, in turns.

Both go through the same scripted link (``links``), the same faults both ways, decided from the same
seed. Of the returned video it is noted when each stamped frame number first was on the screen.

Run: PYTHONPATH=.:benchmarks python benchmarks/loss.py [--conditions "loss 5 %,blackout"]
     [--seconds 30] [--rounds 2] [--seed 1] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench.measuring import Start
from bench.streams import SCRIPTS
from browser import fake_camera_browser, run_scripts
from links.background import BackgroundRelay, background_relay
from links.outcome import Outcome, Session, line, outcome, verdicts
from links.relay import Script
from links.scripts import BLACKOUT_EVERY, FIRST_BLACKOUT, blackout_starts, scripts
from playwright.sync_api import Page, Route
from processes import echo_server, openeyes_server

from streaming.sample import sample_camera, write_y4m

SYSTEMS: dict[str, Start] = {"echo": echo_server, "openeyes": openeyes_server}
WATCHER = Path(__file__).with_name("loss.js")
CLOCK_READINGS = 9
"""Of which the quickest counts."""


def main() -> int:
    """Exit status: 1 if a goal was missed."""
    options = _options()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=True)
        for system, script in _turns(options):
            outcomes.append(measure(system, script, clip, options.seconds))
            print(line(outcomes[-1]), flush=True)
            if options.json:
                document = {"conditions": [asdict(outcome) for outcome in outcomes]}
                options.json.write_text(json.dumps(document, indent=1))
    found = list(verdicts(outcomes))
    for verdict in found:
        print(verdict)
    return 0 if all(verdict.holds for verdict in found) else 1


def measure(system: str, script: Script, clip: Path, seconds: float) -> Outcome:
    """One fresh server, link and browser, one session."""
    with (
        SYSTEMS[system]() as base,
        background_relay(script) as link,
        fake_camera_browser(clip) as browser,
    ):
        page = browser.new_page()
        page.goto(base)
        page.route("**/v1/sessions", partial(_lead, link))
        run_scripts(page, WATCHER, *SCRIPTS)
        behind = _clock_difference(page)
        notes = page.evaluate(
            "([url, seconds]) => window.glassToGlass(url, seconds)",
            [f"{base}/v1/sessions", seconds],
        )
        stats = page.evaluate("() => window.linkStats()")
    if link.relay.began is None:
        sys.exit(f"{system}, {script.name}: no media came through the link")
    began = link.relay.began * 1e3 - behind
    session = Session(notes["local"], notes["remote"], stats, notes["state"] or {}, began)
    return outcome(system, link.relay, session)


def _lead(link: BackgroundRelay, route: Route) -> None:
    """Takes an offer and its answer past the relay, which enters itself into both."""
    offer = route.request.post_data
    if offer is None:
        route.continue_()
        return
    response = route.fetch(post_data=link.offer(offer))
    text = response.text()
    route.fulfill(response=response, body=link.answer(text) if response.status == 201 else text)


def _clock_difference(page: Page) -> float:
    """Milliseconds by which the page's clock is behind this process's monotonic one."""
    found = []
    for _ in range(CLOCK_READINGS):
        before = time.monotonic()
        theirs = page.evaluate("() => performance.now()")
        after = time.monotonic()
        found.append((after - before, (before + after) * 500 - theirs))
    return float(min(found)[1])


def _turns(options: argparse.Namespace) -> Iterator[tuple[str, Script]]:
    """Both systems under each condition, taking turns at being first; a new seed each round."""
    for turn in range(options.rounds):
        known = scripts(options.seconds, options.seed + turn)
        for name in options.conditions or known:
            for system in ("echo", "openeyes") if turn % 2 == 0 else ("openeyes", "echo"):
                yield system, known[name]


def _options() -> argparse.Namespace:
    known = scripts(0)

    def names(text: str) -> list[str]:
        chosen = [name.strip() for name in text.split(",")]
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of: {', '.join(known)}")
        return chosen

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--conditions", type=names, help="separated by commas; all, if left out")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if "blackout" in (options.conditions or known) and not blackout_starts(options.seconds):
        parser.error(f"a blackout needs --seconds {FIRST_BLACKOUT + BLACKOUT_EVERY:.0f} or more")
    return options


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends servers and browsers too
    sys.exit(main())
