import math
from dataclasses import FrozenInstanceError

import pytest

from models.endpoint_config import EndpointConfig, base_url
from vision.errors import ConfigError

HOST = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (HOST, f"{HOST}/v1"),
        (f"{HOST}/", f"{HOST}/v1"),
        (f"{HOST}/v1", f"{HOST}/v1"),
        (f"{HOST}/v1/", f"{HOST}/v1"),
        (f" {HOST}/v1//\n", f"{HOST}/v1"),
        (f"{HOST}/v1/chat/completions", f"{HOST}/v1"),
        ("https://example.org/llm", "https://example.org/llm/v1"),
        ("https://example.org/api/paas/v4", "https://example.org/api/paas/v4"),
        ("https://example.org/v1beta/openai/", "https://example.org/v1beta/openai"),
        ("https://example.org/vault", "https://example.org/vault/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_the_base_address_is_found(given, taken):
    assert base_url(given) == taken
    assert EndpointConfig(given).url == taken


@pytest.mark.parametrize(
    "given",
    [
        "",
        "127.0.0.1:8000",
        "localhost",
        "ftp://127.0.0.1",
        "http://",
        "http:///v1",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999999",
        "http://[::1",
        "http://exa mple",
        "http://host\n/x",
        "http://127.0.0.1:0",
        f"http://{'x' * 64}.org",
        "http://a..b",
    ],
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(ConfigError, match="the endpoint's address"):
        base_url(given)


@pytest.mark.parametrize(
    "given",
    [
        "http://name:hunter2@host",
        "name:hunter2@host",
        "http://host/v1?key=hunter2",
        "http://host/#hunter2",
    ],
)
def test_an_address_with_a_secret_is_refused_without_repeating_it(given):
    with pytest.raises(ConfigError, match="the endpoint's address") as caught:
        base_url(given)
    assert "hunter2" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("slots", 0),
        ("connect_timeout", 0),
        ("first_token_timeout", math.inf),
        ("silence_timeout", math.nan),
        ("attempts", 0),
        ("image_side", 31),
        ("jpeg_quality", 101),
        ("temperature", -0.1),
    ],
)
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(ConfigError, match=f"the endpoint's {name} must be from"):
        EndpointConfig(HOST, **{name: value})


def test_an_empty_model_is_refused():
    with pytest.raises(ConfigError, match="leave it out"):
        EndpointConfig(HOST, model=" ")


@pytest.mark.parametrize("key", ["", "two words", "line\n", "schlüssel", "x" * 5000, "a\x00b"])
def test_a_key_that_no_header_can_hold_is_refused_without_repeating_it(key):
    with pytest.raises(ConfigError, match="the endpoint's key is empty, too long") as caught:
        EndpointConfig(HOST, key=key)
    assert not key or key not in str(caught.value)


def test_the_key_is_not_shown_and_nothing_can_be_changed():
    config = EndpointConfig(HOST, key="sk-secret")
    assert "sk-secret" not in repr(config)
    with pytest.raises(FrozenInstanceError):
        config.key = None


@pytest.mark.parametrize(
    ("url", "key", "clear"),
    [
        ("http://192.0.2.1", "k", True),
        ("http://192.0.2.1", None, False),
        ("https://192.0.2.1", "k", False),
        ("http://localhost:1", "k", False),
        ("http://[::1]:1", "k", False),
    ],
)
def test_a_key_in_the_clear_is_noticed(url, key, clear):
    assert EndpointConfig(url, key=key).key_in_clear is clear
