"""The part of the composition root where models of speech and the server meet."""

from __future__ import annotations

from functools import partial

from models.endpoint_config import EndpointConfig
from models.endpoint_key import key_from
from models.speech_endpoint import SpeechEndpoint, VoiceEndpoint
from models.speech_sphinx import NAME, Sphinx
from models.voice_activity import VoiceDetectors
from streaming.hearing_open import SpeechLoaders
from streaming.hearing_settings import SpeechServer, SpeechSettings


def recogniser_names() -> tuple[str, ...]:
    """What ``--speech`` takes."""
    return (NAME,)


def speech_loaders(settings: SpeechSettings) -> SpeechLoaders:
    """How everything that the operator asked for is loaded."""
    hearing, speaking = settings.hearing, settings.speaking
    recogniser = Sphinx if settings.recogniser else partial(_recogniser, hearing)
    return SpeechLoaders(
        detectors=VoiceDetectors,
        recogniser=recogniser if settings.recogniser or hearing.url else None,
        voice=partial(_voice, settings) if speaking.url else None,
    )


def _recogniser(server: SpeechServer) -> SpeechEndpoint:
    return SpeechEndpoint(_endpoint_config(server))


def _voice(settings: SpeechSettings) -> VoiceEndpoint:
    return VoiceEndpoint(_endpoint_config(settings.speaking), settings.voice)


def _endpoint_config(server: SpeechServer) -> EndpointConfig:
    return EndpointConfig(
        server.url,
        model=server.model or None,
        key=key_from(server.key_env or None, server.key_file),
        slots=server.slots,
        first_token_timeout=server.timeout,
    )
