"""The network that tells speech from noise, on speech that espeak-ng made, and its stand-in."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from models import voice_activity, weights
from models.voice_activity import VoiceActivity, VoiceDetectors
from models.voice_loudness import Loudness
from vision.errors import WeightsCorrupt
from vision.speech import RATE, WINDOW, Samples, VoiceDetector

SPEECH = Path(__file__).parent.parent / "data" / "speech" / "how-many-people.wav"


@pytest.fixture(scope="module")
def network() -> VoiceDetectors:
    return VoiceDetectors()


def speech() -> Samples:
    with wave.open(str(SPEECH)) as file:
        return np.frombuffer(file.readframes(1 << 24), np.int16)


def noise(seconds: float, loudness: float) -> Samples:
    rng = np.random.default_rng(3)
    return np.clip(rng.normal(0, loudness, int(seconds * RATE)), -32768, 32767).astype(np.int16)


def judged(detector: VoiceDetector, samples: Samples) -> np.ndarray:
    count = len(samples) // WINDOW
    windows = samples[: count * WINDOW].reshape(count, WINDOW)
    return np.array([detector.probability(window) for window in windows])


def test_speech_is_told_from_silence(network: VoiceDetectors) -> None:
    sure = judged(network.make(), np.concatenate([noise(1, 10), speech(), noise(1, 10)]))
    in_it = len(speech()) // WINDOW
    assert (sure[5 : RATE // WINDOW - 2] < 0.2).all()
    assert (sure[RATE // WINDOW : RATE // WINDOW + in_it] > 0.5).mean() > 0.7
    assert (sure[-20:] < 0.2).all()


def test_noise_however_loud_is_no_speech(network: VoiceDetectors) -> None:
    assert (judged(network.make(), noise(2, 6000))[5:] < 0.5).all()


def test_speech_is_found_in_noise_of_a_tenth_of_its_power(network: VoiceDetectors) -> None:
    level = float(np.sqrt(np.mean(np.square(speech(), dtype=np.float64))))
    mixed = speech() + noise(len(speech()) / RATE + 0.01, level / 10**0.5)[: len(speech())]
    assert (
        judged(network.make(), np.clip(mixed, -32768, 32767).astype(np.int16)) > 0.5
    ).mean() > 0.6


def test_people_share_the_network_but_nothing_of_what_was_heard(network: VoiceDetectors) -> None:
    one, other = network.make(), network.make()
    alone = judged(network.make(), speech())
    together = [
        (one.probability(window), other.probability(np.zeros(WINDOW, np.int16)))
        for window in speech()[: len(alone) * WINDOW].reshape(-1, WINDOW)
    ]
    np.testing.assert_array_equal([first for first, _ in together], alone)
    one.forget()
    np.testing.assert_array_equal(judged(one, speech()), alone)


def test_a_damaged_network_leaves_loudness(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def damaged(_: weights.Manifest) -> bytes:
        raise WeightsCorrupt("it is damaged")

    monkeypatch.setattr(voice_activity.weights, "load", damaged)
    detector = VoiceDetectors().make()
    assert isinstance(detector, Loudness)
    assert "by loudness alone: it is damaged" in caplog.text


def test_loudness_gets_used_to_a_fan_and_hears_who_speaks_over_it() -> None:
    detector = Loudness()
    fan = judged(detector, noise(20, 400))
    assert (fan[-100:] < 0.35).all()
    assert (judged(detector, noise(0.5, 3000)) > 0.5).mean() > 0.8
    assert (judged(Loudness(), noise(2, 5)) < 0.35).all()


def test_the_network_is_what_is_used(network: VoiceDetectors) -> None:
    assert isinstance(network.make(), VoiceActivity)
