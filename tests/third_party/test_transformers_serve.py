"""The endpoint on a server by other people: ``transformers serve`` with a toy SmolVLM."""

import os
import socket
import subprocess
import time
from pathlib import Path

import httpx
import numpy as np
import pytest

from models.endpoint import Endpoint
from models.endpoint_config import EndpointConfig
from vision.errors import NoAnswer
from vision.picture import Picture
from vision.prompt import Prompt, Shot

VENV = Path(__file__).parents[2] / ".venv-third-party"
MODEL = "openeyes/toy-smolvlm"
STARTING = 240.0
"Seconds in which the server must be up: it imports torch, and loads the model."
RED, NOISE = (
    np.full((240, 320, 3), (20, 30, 200), np.uint8),
    np.random.default_rng(5).integers(0, 255, (240, 320, 3), dtype=np.uint8),
)

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        not (VENV / "made_by.py").exists(),
        reason="the other server is not installed; to install it and run this: make third-party",
    ),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of the running server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(VENV / "huggingface")}
    options = ["--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as opened:
        process = subprocess.Popen(
            [VENV / "bin" / "transformers", "serve", MODEL, *options],
            env=os.environ | offline,
            stdout=opened,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, url, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process, url, log):
    end = time.monotonic() + STARTING
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", trust_env=False, timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture
async def endpoint(server):
    endpoint = Endpoint(EndpointConfig(server, image_side=320, first_token_timeout=60))
    yield endpoint
    await endpoint.aclose()


def prompt(*pictures, text="What is this? 这是什么？", max_tokens=24):
    shots = tuple(Shot(Picture.from_bgr(picture)) for picture in pictures)
    return Prompt("Answer in one sentence.", text, shots, max_tokens)


async def pieces(endpoint, asked):
    return [text async for text in endpoint.reply(asked)]


async def test_the_model_is_found(endpoint):
    assert await endpoint.discover() == MODEL
    assert endpoint.name == "toy-smolvlm"
    health = await endpoint.health()
    assert (health.ok, health.text.endswith(f"questions go to {MODEL}")) == (True, True)


async def test_an_answer_streams_letter_by_letter_up_to_the_bound(endpoint):
    given = await pieces(endpoint, prompt(RED))
    print("streamed:", given)
    assert len("".join(given)) == 24
    assert "".join(given).isalpha()
    assert len(given) > 1


async def test_the_model_sees_the_pictures_and_the_words(endpoint):
    asked = [prompt(RED), prompt(NOISE), prompt(RED, NOISE), prompt(), prompt(RED, text="Why?")]
    answers = ["".join(await pieces(endpoint, each)) for each in (*asked, asked[0])]
    print("answers:", answers)
    assert answers[0] == answers[-1], "the model is greedy: the same question, the same answer"
    assert len(set(answers)) == len(asked)


async def test_closing_stops_the_computation(endpoint, server):
    """The server computes in one thread: nobody else is answered before the first is done."""
    endless = endpoint.reply(prompt(RED, max_tokens=100_000))
    assert [(await anext(endless)).isalpha() for _ in range(5)] == [True] * 5
    hasty = Endpoint(EndpointConfig(server, first_token_timeout=2))
    with pytest.raises(NoAnswer, match="said nothing for 2 seconds"):
        await pieces(hasty, prompt(RED))
    await hasty.aclose()
    await endless.aclose()
    assert len("".join(await pieces(endpoint, prompt(RED)))) == 24


async def test_an_unknown_model_is_told(server):
    endpoint = Endpoint(EndpointConfig(server, model="nonesuch"))
    with pytest.raises(NoAnswer) as caught:
        await pieces(endpoint, prompt(RED))
    print("told:", caught.value)
    health = await endpoint.health()
    await endpoint.aclose()
    assert "HTTP 400: Server is pinned to" in str(caught.value)
    assert f"nonesuch, which is not in its list ({MODEL})" in health.text


async def test_a_server_that_is_no_endpoint_here_is_told(server):
    endpoint = Endpoint(EndpointConfig(f"{server}/elsewhere", model=MODEL))
    with pytest.raises(NoAnswer, match=r"or is none \(HTTP 404: Not Found\)"):
        await pieces(endpoint, prompt(RED))
    await endpoint.aclose()
