"""Speech by an OpenAI-compatible server, over real HTTP; and PocketSphinx in its own process."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from models import speech_sphinx
from models.endpoint_config import EndpointConfig
from models.speech_endpoint import SpeechEndpoint, VoiceEndpoint
from models.speech_sphinx import Sphinx
from vision.errors import ModelError, NoAnswer
from vision.speech import Samples, Spoken


def _beside(name: str) -> ModuleType:
    described = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    sys.modules[name] = module
    described.loader.exec_module(module)
    return module


speech_server = _beside("speech_server")
TONE: Samples = (np.sin(np.arange(8000) / 7) * 9000).astype(np.int16)
SPEECH = Path(__file__).parent.parent / "data" / "speech"
INSTRUCTION = "tell me when a person appears"


@pytest.fixture
def script() -> Iterator[object]:
    with speech_server.speech_server(speech_server.Script()) as running:
        yield running


@pytest.fixture
async def ear(script) -> AsyncIterator[SpeechEndpoint]:
    config = EndpointConfig(script.url, model="tiny", key="sk-secret", first_token_timeout=1.0)
    endpoint = SpeechEndpoint(config)
    yield endpoint
    await endpoint.aclose()


async def test_speech_goes_as_a_file_and_text_comes_back(ear, script) -> None:
    assert await ear.transcribe(TONE, "zh") == "hello there"
    (got,) = script.got
    assert (got["path"], got["key"]) == ("/v1/audio/transcriptions", "Bearer sk-secret")
    assert (got["model"], got["language"], got["response_format"]) == ("tiny", "zh", "json")
    rate, samples = speech_server.sound(got["file"])
    assert rate == 16_000
    np.testing.assert_array_equal(samples, TONE)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"status": 401, "body": b'{"error": "sk-secret is wrong"}'}, "does not accept the key"),
        ({"status": 500, "body": b"<html>"}, "the speech recogniser failed"),
        ({"status": 302}, "has moved"),
        ({"body": b"hello"}, "gave an answer of another kind"),
        ({"body": b'{"text": 7}'}, "gave an answer of another kind"),
        ({"pause": 1.3}, "did not answer in time"),
        ({"hang_ups": 2}, "hung up without an answer"),
    ],
)
async def test_what_goes_wrong_has_words_without_secrets(ear, script, how, words) -> None:
    for name, value in how.items():
        setattr(script, name, value)
    with pytest.raises(NoAnswer, match=words) as failed:
        await ear.transcribe(TONE, "en")
    assert "language model" not in f"{failed.value} {failed.value.public}"
    assert "sk-secret" not in f"{failed.value} {failed.value.public}"
    for name, value in {"status": 200, "body": b'{"text": "again"}', "pause": 0.0}.items():
        setattr(script, name, value)
    assert await ear.transcribe(TONE, "en") == "again"


async def test_a_connection_that_broke_is_made_again(ear, script) -> None:
    script.hang_ups = 1
    assert await ear.transcribe(TONE, "en") == "hello there"
    assert len(script.got) == 2


async def test_a_server_that_is_away_says_so() -> None:
    ear = SpeechEndpoint(EndpointConfig("http://127.0.0.1:9", connect_timeout=1))
    with pytest.raises(NoAnswer, match="the speech recogniser cannot be reached"):
        await ear.transcribe(TONE, "en")
    await ear.aclose()


async def test_text_comes_back_as_sound(script) -> None:
    script.kind, script.body = "audio/mpeg; x=y", b"ID3"
    voice = VoiceEndpoint(EndpointConfig(script.url), "nova")
    assert await voice.say("Hello.", "en") == Spoken(b"ID3", "audio/mpeg")
    got = script.got[0]
    assert (got["path"], got["input"], got["voice"]) == ("/v1/audio/speech", "Hello.", "nova")
    script.kind = "text/html"
    with pytest.raises(NoAnswer, match="the voice gave an answer of another kind"):
        await voice.say("Hello.", "en")
    script.kind, script.body = "audio/mpeg", bytes(9 << 20)
    with pytest.raises(NoAnswer, match="far too much"):
        await voice.say("Hello.", "en")
    await voice.aclose()


@pytest.fixture
async def sphinx() -> AsyncIterator[Sphinx]:
    pytest.importorskip("pocketsphinx", reason="the extra speech is not installed")
    ear = Sphinx()
    yield ear
    await ear.aclose()


def spoken(name: str = "how-many-people") -> Samples:
    with wave.open(str(SPEECH / f"{name}.wav")) as file:
        return np.frombuffer(file.readframes(1 << 24), np.int16)


async def test_pocketsphinx_understands_a_question(sphinx: Sphinx) -> None:
    assert await sphinx.transcribe(spoken(), "en") == "how many people are there"
    assert await sphinx.transcribe(spoken("tell-me-when"), "en") == INSTRUCTION
    with pytest.raises(NoAnswer, match="English only"):
        await sphinx.transcribe(spoken(), "zh")


async def test_a_process_that_was_killed_is_started_again(sphinx: Sphinx) -> None:
    process = await sphinx.start()
    process.kill()
    await process.wait()
    assert await sphinx.transcribe(spoken(), "en") == "how many people are there"
    again = await sphinx.start()
    assert again.pid != process.pid
    await sphinx.aclose()
    assert again.returncode is not None


async def test_who_leaves_does_not_end_the_process_for_the_others(sphinx: Sphinx) -> None:
    process = await sphinx.start()
    leaving = asyncio.create_task(sphinx.transcribe(spoken(), "en"))
    await asyncio.sleep(0.05)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert await sphinx.transcribe(spoken("tell-me-when"), "en") == INSTRUCTION
    assert (await sphinx.start()).pid == process.pid


COUNTS = """
import struct, sys, time
time.sleep(float(sys.argv[1]))
while len(head := sys.stdin.buffer.read(4)) == 4:
    size = len(sys.stdin.buffer.read(*struct.unpack("<I", head)))
    print('{"text": "%d"}' % size, flush=True)
"""
"""Stands in for the recogniser's process: begins to read late, and says how much it got."""

LONG: Samples = np.zeros(16_000 * 15, np.int16)
"""More than fits on the way to a process that does not read."""


async def stands_in(ear: Sphinx, idle: float) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    ear._process = process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", COUNTS, str(idle), stdin=pipe, stdout=pipe
    )
    return process


async def test_nobody_gets_the_words_of_who_was_cut_off_while_they_were_sent(
    sphinx: Sphinx,
) -> None:
    before = await stands_in(sphinx, 1.0)
    asking = asyncio.create_task(sphinx._text(LONG.tobytes()))
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    if sphinx._process is None:
        await stands_in(sphinx, 0)
    assert await sphinx.transcribe(TONE, "en") == str(TONE.nbytes)
    assert await before.wait() < 0, "it was ended"


async def test_a_process_that_does_not_read_is_given_up(
    sphinx: Sphinx, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await stands_in(sphinx, 60)
    monkeypatch.setattr(speech_sphinx, "ANSWER_WITHIN", 0.2)
    async with asyncio.timeout(20):
        with pytest.raises(NoAnswer, match="in time"):
            await sphinx.transcribe(LONG, "en")
        await process.wait()


def test_without_its_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"pip install 'openeyes\[speech\]'"):
        Sphinx()
