"""Voice in a real browser: its fake microphone plays speech, a real recogniser hears it.

Speech was made by espeak-ng, goes over WebRTC to the server, is told from silence by the packaged
network and understood by PocketSphinx in its own process. What the page says is caught by a voice
that is scripted, since no browser has one here, or comes from a server for speech that is.
"""

from __future__ import annotations

import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import ARGUMENTS, chromium
from playwright.sync_api import Browser, Page, sync_playwright
from processes import openeyes_server

from models.speech_endpoint import wav

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SPEECH = Path(__file__).parent.parent / "data" / "speech" / "how-many-people.wav"
RATE = 16_000
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
BEFORE, AFTER = 1.0, 5.0
"""Seconds of silence around the speech, which is played over and over."""

VOICE = """{
  window.spoken = [];
  window.cancelled = 0;
  window.lasting = 300;
  let running = null;
  const voices = [{ lang: "en-US", localService: true, default: true, name: "scripted" }];
  class Utterance { constructor(text) { this.text = text; } }
  const synthesis = {
    getVoices: () => voices,
    resume() {},
    speak(utterance) {
      window.spoken.push(utterance.text);
      setTimeout(() => utterance.onstart?.(), 10);
      const end = setTimeout(() => utterance.onend?.(), window.lasting);
      running = () => { clearTimeout(end); utterance.onerror?.({ error: "canceled" }); };
    },
    cancel() { window.cancelled += 1; running?.(); running = null; },
  };
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  window.SpeechSynthesisUtterance = Utterance;
}"""
"""A voice that says nothing aloud, but keeps what it was to say."""

NO_VOICE = 'Object.defineProperty(window, "speechSynthesis", { value: undefined });'
NO_BROWSER_EAR = "delete window.webkitSpeechRecognition; delete window.SpeechRecognition;"

BROWSER_EAR = """{
  window.ears = [];
  window.SpeechRecognition = window.webkitSpeechRecognition = class {
    constructor() { window.ears.push(this); }
    start() { this.listening = true; }
    stop() { this.listening = false; setTimeout(() => this.onend(), 20); }
    say(text) {
      this.onspeechstart();
      this.onspeechend();
      const result = Object.assign([{ transcript: text }], { isFinal: true });
      this.onresult({ results: [result], resultIndex: 0 });
    }
  };
}"""

DENIED = """{
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wish) =>
    wish.audio ? Promise.reject(new DOMException("no", "NotAllowedError")) : ask(wish);
}"""


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The speech, with silence around it."""
    with wave.open(str(SPEECH)) as file:
        speech = np.frombuffer(file.readframes(1 << 24), np.int16)
    silence = [np.zeros(int(seconds * RATE), np.int16) for seconds in (BEFORE, AFTER)]
    path = tmp_path_factory.mktemp("microphone") / "speech.wav"
    path.write_bytes(wav(np.concatenate([silence[0], speech, silence[1]])))
    return path


@pytest.fixture(scope="module")
def browser(clip: Path, microphone: Path) -> Iterator[Browser]:
    captured = [
        f"--use-file-for-fake-video-capture={clip}",
        f"--use-file-for-fake-audio-capture={microphone}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*ARGUMENTS, *captured]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def hearing() -> Iterator[str]:
    """A server that hears."""
    with openeyes_server("--speech", "pocketsphinx") as url:
        yield url


@contextmanager
def opened(browser: Browser, base: str, *scripts: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(
        viewport=options.pop("viewport", PHONE),
        permissions=["camera", "microphone"],
        locale="en-US",
        **options,
    )
    page = context.new_page()
    for script in scripts:
        page.add_init_script(script)
    page.goto(f"{base}/?source=camera&autostart=1")
    until(page, "window.openEyes?.state() === 'live'")
    yield page
    context.close()


def until(page: Page, condition: str, seconds: float = 90) -> None:
    for _ in range(int(seconds * 20)):
        if page.evaluate(f"() => Boolean({condition})"):
            return
        page.wait_for_timeout(50)
    known = (
        "[openEyes.state(), openEyes.voice(), openEyes.answers(), note.innerText, window.spoken]"
    )
    found = page.evaluate(f"(note) => {known}", page.query_selector("#note"))
    pytest.fail(f"waited {seconds:.0f} s for: {condition}; known: {found}")


def mode(page: Page) -> str | None:
    return page.get_attribute("#speak", "data-mode")


def microphones(page: Page) -> int:
    """How many sounds are sent."""
    count: int = page.evaluate(
        "window.opened.filter((track) => track.readyState === 'live').length"
    )
    return count


COUNTED = """{
  window.opened = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await ask(wish);
    window.opened.push(...stream.getAudioTracks());
    return stream;
  };
}"""


def test_what_is_said_while_the_button_is_held_is_answered_aloud(
    browser: Browser, hearing: str, artefacts: Path
) -> None:
    with opened(browser, hearing, VOICE, NO_BROWSER_EAR, COUNTED) as page:
        assert page.is_visible("#speak")
        until(page, "openEyes.drawn().boxes.length > 0")
        page.screenshot(path=artefacts / "voice-ready.png")
        box = page.locator("#speak").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        until(page, "openEyes.voice()?.mode === 'push'")
        assert page.get_attribute("#speak", "aria-pressed") == "true"
        assert microphones(page) == 1
        page.wait_for_timeout(2000)
        page.screenshot(path=artefacts / "voice-listening.png")
        page.wait_for_timeout(2000)
        page.mouse.up()
        until(page, "openEyes.answers().some(({ done }) => done)")
        (answer,) = page.evaluate("openEyes.answers()")
        assert answer["question"] == "how many people are there"
        # By sentence, one after the other.
        until(page, f"window.spoken.join(' ') === {json.dumps(answer['text'].strip())}")
        assert mode(page) == "off"
        until(page, "window.opened.every((track) => track.readyState === 'ended')")
        (latency,) = page.evaluate("openEyes.voice().latencies")
        print(f"from the end of speech to the first spoken word: {latency:.0f} ms")
        assert 0 < latency < 60_000
        page.click("#figures")
        until(page, "document.querySelector('#panel').innerText.includes('Asked to spoken')")


@pytest.mark.long
def test_hands_free_it_goes_on_and_speaking_ends_when_the_person_speaks(
    browser: Browser, hearing: str
) -> None:
    with opened(browser, hearing, VOICE, NO_BROWSER_EAR, COUNTED) as page:
        page.evaluate("window.lasting = 60000")
        page.click("#speak")
        until(page, "openEyes.voice()?.mode === 'free'")
        until(page, "window.spoken.length === 1")
        before = page.evaluate("window.cancelled")
        until(page, f"window.cancelled > {before}")
        until(page, "openEyes.answers().length >= 2")
        page.click("#speak")
        until(page, "openEyes.voice().mode === 'off'")
        until(page, "window.opened.every((track) => track.readyState === 'ended')")


@pytest.mark.long
def test_the_keyboard_talks_too(browser: Browser, hearing: str) -> None:
    with opened(browser, hearing, VOICE, NO_BROWSER_EAR, COUNTED) as page:
        page.evaluate("document.activeElement.blur()")
        page.keyboard.down("Space")
        until(page, "openEyes.voice()?.mode === 'push'")
        page.keyboard.up("Space")
        until(page, "openEyes.voice().mode === 'off'")
        until(page, "document.querySelector('#note').innerText.startsWith('Nothing was heard')")
        page.focus("#speak")
        page.keyboard.press("Enter")
        until(page, "openEyes.voice().mode === 'free'")
        page.keyboard.press("Enter")
        until(page, "openEyes.voice().mode === 'off'")
        page.focus("#question")
        page.keyboard.type("a b")
        assert page.input_value("#question") == "a b"


@pytest.mark.long
def test_a_microphone_that_is_denied_has_words(browser: Browser, hearing: str) -> None:
    with opened(browser, hearing, VOICE, NO_BROWSER_EAR, DENIED) as page:
        page.click("#speak")
        until(page, "document.querySelector('#note').innerText.includes('is not allowed')")
        assert mode(page) == "off"
        assert page.get_attribute("#speak", "aria-pressed") == "false"


@pytest.mark.long
def test_the_browsers_own_ear_is_used_once_the_person_agreed(
    browser: Browser, base: str, artefacts: Path
) -> None:
    with opened(browser, base, VOICE, BROWSER_EAR) as page:
        page.click("#speak")
        until(page, "document.querySelector('.voice-consent')?.open")
        page.screenshot(path=artefacts / "voice-consent.png")
        assert "Google" in page.inner_text(".voice-consent")
        assert page.evaluate("window.ears.length") == 0
        page.click(".voice-consent .primary")
        until(page, "window.ears.length === 1 && window.ears[0].listening")
        page.evaluate("window.ears[0].say('Tell me when a dog appears')")
        until(page, "openEyes.watches().length === 1")
        until(page, "window.spoken.some((text) => text.includes('I will tell you'))")
        page.evaluate("window.ears[0].say('What is this?')")
        until(page, "openEyes.answers().length === 1")
        page.click("#speak")
        until(page, "openEyes.voice().mode === 'off'")
        page.click("#speak")
        until(page, "window.ears.length === 2")
        assert page.locator(".voice-consent").count() == 0


@pytest.mark.long
def test_who_declines_is_not_asked_again_and_nothing_listens(browser: Browser, base: str) -> None:
    with opened(browser, base, VOICE, BROWSER_EAR) as page:
        page.click("#speak")
        until(page, "document.querySelector('.voice-consent')?.open")
        page.click(".voice-consent [value=no]")
        until(page, "document.querySelector('#note').innerText.includes('Speech is off')")
        page.click("#speak")
        page.wait_for_timeout(500)
        assert page.locator(".voice-consent").count() == 0
        assert page.evaluate("window.ears.length") == 0
        assert mode(page) == "off"


@pytest.mark.long
def test_the_sheet_sets_what_is_spoken_and_how_fast(
    browser: Browser, hearing: str, artefacts: Path
) -> None:
    with opened(browser, hearing, VOICE, viewport=DESKTOP) as page:
        page.click("#view")
        page.click("#voice-open")
        until(page, "document.querySelector('.voice-sheet')?.open")
        page.screenshot(path=artefacts / "voice-sheet.png")
        assert "pocketsphinx" in page.inner_text(".voice-sheet")
        page.check("input[name=spoken][value=always]")
        page.focus("#voice-rate")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        page.evaluate("openEyes.ask('How many people are there?')")
        until(page, "openEyes.answers().some(({ done }) => done)")
        until(page, "window.spoken.length > 0")
        kept = page.evaluate("JSON.parse(localStorage['openeyes.choices'])")
        assert (kept["spoken"], kept["rate"]) == ("always", 1.1)
        page.reload()
        until(page, "openEyes.voice()?.wish === 'always'")


class _Voice(BaseHTTPRequestHandler):
    wished: list[dict[str, Any]]
    sound = b""

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.wished.append(json.loads(self.rfile.read(length)))
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Content-Length", str(len(self.sound)))
        self.end_headers()
        self.wfile.write(self.sound)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def voice_server(sound: bytes) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    wished: list[dict[str, Any]] = []
    handler = type("Handler", (_Voice,), {"wished": wished, "sound": sound})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", wished
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


PLAYED = """{
  window.played = 0;
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (this.src.startsWith("blob:") && this instanceof HTMLAudioElement) {
      this.addEventListener("ended", () => { window.played += 1; });
    }
    return play.call(this);
  };
}"""


@pytest.mark.long
def test_without_a_voice_of_its_own_the_browser_plays_the_servers(browser: Browser) -> None:
    sound = wav((np.sin(np.arange(RATE // 2) / 5) * 3000).astype(np.int16))
    with (
        voice_server(sound) as (url, wished),
        openeyes_server("--voice-url", url, "--voice", "nova") as base,
        opened(browser, base, NO_VOICE, NO_BROWSER_EAR, PLAYED) as page,
    ):
        assert not page.is_visible("#speak"), "nobody hears here"
        page.click("#view")
        page.click("#voice-open")
        page.check("input[name=spoken][value=always]")
        page.keyboard.press("Escape")
        page.evaluate("openEyes.ask('How many people are there?')")
        until(page, "window.played > 0")
        assert wished[0]["voice"] == "nova"
        assert wished[0]["input"]
