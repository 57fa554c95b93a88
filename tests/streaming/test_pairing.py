from pathlib import Path

import cv2
import numpy as np
import pytest

from streaming.pairing import (
    MAX_WATCHED_ADDRESSES,
    MAX_WRONG_TOKENS,
    SHUT_OUT,
    WRONG_WINDOW,
    Attempts,
    check_token,
    decide,
    new_token,
    pairing_url,
    qr_text,
    token_matches,
)
from vision.errors import ConfigError

CERT, KEY = Path("eyes.crt"), Path("eyes.key")
GIVEN = "a-token-of-twenty-ch"
FRESH = "freshly-made-token-22c"
URL = f"https://192.168.1.5:8443/#token={FRESH}"

LOOPBACK, ANY = "127.0.0.1", "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "options", "scheme", "token", "self_signed"),
    [
        (LOOPBACK, {}, "http", None, False),
        ("::1", {}, "http", None, False),
        ("localhost", {"tls": False}, "http", None, False),
        (LOOPBACK, {"token": GIVEN}, "http", GIVEN, False),
        (LOOPBACK, {"cert": CERT, "key": KEY}, "https", None, False),
        (LOOPBACK, {"behind_proxy": True}, "http", FRESH, False),
        (LOOPBACK, {"behind_proxy": True, "tls": False, "token": GIVEN}, "http", GIVEN, False),
        (ANY, {}, "https", FRESH, True),
        ("::", {}, "https", FRESH, True),
        ("192.168.1.5", {}, "https", FRESH, True),
        ("my-laptop.local", {}, "https", FRESH, True),
        (ANY, {"token": GIVEN}, "https", GIVEN, True),
        (ANY, {"cert": CERT, "key": KEY}, "https", FRESH, False),
        (ANY, {"behind_proxy": True}, "https", FRESH, True),
        (ANY, {"behind_proxy": True, "tls": False}, "http", FRESH, False),
        (ANY, {"behind_proxy": True, "tls": False, "token": GIVEN}, "http", GIVEN, False),
        (ANY, {"behind_proxy": True, "cert": CERT, "key": KEY}, "https", FRESH, False),
    ],
)
def test_what_the_options_amount_to(
    host: str, options: dict, scheme: str, token: str | None, *, self_signed: bool
) -> None:
    security = decide(host, **options, fresh_token=lambda: FRESH)
    assert security.scheme == scheme
    assert security.token == token
    assert security.needs_token is (token is not None)
    assert security.self_signed is self_signed
    assert (security.cert, security.key) == (options.get("cert"), options.get("key"))
    assert security.behind_proxy is options.get("behind_proxy", False)


@pytest.mark.parametrize(
    ("host", "options", "complaint"),
    [
        (ANY, {"tls": False}, "a phone's browser gives no camera to plain HTTP"),
        ("my-laptop.local", {"tls": False, "token": GIVEN}, "gives no camera to plain HTTP"),
        (ANY, {"cert": CERT}, "--cert needs --key beside it"),
        (ANY, {"key": KEY}, "--key needs --cert beside it"),
        (LOOPBACK, {"key": KEY}, "--key needs --cert beside it"),
        (LOOPBACK, {"tls": False, "cert": CERT, "key": KEY}, "--no-tls and --cert contradict"),
        (ANY, {"tls": False, "cert": CERT, "key": KEY, "behind_proxy": True}, "contradict"),
        (ANY, {"token": "short"}, "16 to 256 characters"),
        (LOOPBACK, {"token": ""}, "16 to 256 characters"),
    ],
)
def test_options_that_do_not_go_together(host: str, options: dict, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        decide(host, **options)


@pytest.mark.parametrize("token", ["a" * 16, "Az09._~-Az09._~-", "x" * 256])
def test_takes_a_token_that_cannot_be_guessed(token: str) -> None:
    check_token(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a" * 15,
        "a" * 257,
        "with a space in it",
        "slash/slash/slash",
        "ü" * 16,
        "hash#hash#hash#hash",
        "a" * 16 + "\n",
        "percent%20percent",
        "٣" * 16,
    ],
)
def test_refuses_a_token_and_says_how_to_make_one(token: str) -> None:
    with pytest.raises(ConfigError, match=r"secrets\.token_urlsafe\(16\)"):
        check_token(token)


def test_a_new_token_is_good_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    for token in tokens:
        check_token(token)


@pytest.mark.parametrize(
    ("given", "same"),
    [
        (GIVEN, True),
        (GIVEN.upper(), False),
        (GIVEN[:-1], False),
        (GIVEN + "x", False),
        ("", False),
        (None, False),
        ("ü" * 20, False),
        ("\ud800", False),
    ],
)
def test_compares_tokens(given: str | None, *, same: bool) -> None:
    assert token_matches(GIVEN, given) is same


@pytest.mark.parametrize(
    ("scheme", "host", "token", "url"),
    [
        ("https", "192.168.1.5", FRESH, URL),
        ("https", "fd00::2", FRESH, f"https://[fd00::2]:8443/#token={FRESH}"),
        ("http", "localhost", None, "http://localhost:8443/"),
    ],
)
def test_the_address_of_the_page(scheme: str, host: str, token: str | None, url: str) -> None:
    assert pairing_url(scheme, host, 8443, token) == url


def picture(text: str, ink: int, ground: int) -> np.ndarray:
    """What a terminal would show of half blocks: 8 pixels to a module."""
    halves = {"█": (ink, ink), "▀": (ink, ground), "▄": (ground, ink), " ": (ground, ground)}
    rows = [
        [halves[letter][half] for letter in line] for line in text.splitlines() for half in (0, 1)
    ]
    return np.kron(np.array(rows, np.uint8), np.ones((8, 8), np.uint8))


def decoded(image: np.ndarray) -> str:
    return cv2.QRCodeDetector().detectAndDecode(image)[0]


@pytest.mark.parametrize("url", [URL, f"https://[fd00::1234:5678:9abc:def0]:8443/#token={FRESH}"])
class TestQrText:
    def test_with_colours_it_reads_black_on_white(self, url: str) -> None:
        lines = qr_text(url, colour=True).splitlines()
        black_on_white, reset = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
        assert all(line.startswith(black_on_white) and line.endswith(reset) for line in lines)
        bare = "\n".join(line[len(black_on_white) : -len(reset)] for line in lines)
        assert decoded(picture(bare, ink=0, ground=255)) == url

    def test_without_it_reads_on_a_dark_terminal(self, url: str) -> None:
        text = qr_text(url, colour=False)
        assert "\x1b" not in text
        assert decoded(picture(text, ink=255, ground=0)) == url

    def test_it_has_four_light_modules_on_each_side_and_fits_80_columns(self, url: str) -> None:
        shown = picture(qr_text(url, colour=False), ink=255, ground=0)[::8, ::8]
        side = shown.shape[1]
        frame = np.ones((side, side), bool)
        frame[4:-4, 4:-4] = False
        assert (shown[:side][frame] == 255).all()
        assert side <= 80


class TestAttempts:
    def test_an_address_is_shut_out_after_too_many_wrong_tokens(self) -> None:
        attempts = Attempts()
        for n in range(MAX_WRONG_TOKENS):
            assert attempts.allowed("10.0.0.1", float(n))
            attempts.failed("10.0.0.1", float(n))
        last = MAX_WRONG_TOKENS - 1.0
        assert attempts.refused_for("10.0.0.1", last) == SHUT_OUT
        assert not attempts.allowed("10.0.0.1", last + SHUT_OUT - 0.1)
        assert attempts.allowed("10.0.0.1", last + SHUT_OUT)

    def test_others_are_not(self) -> None:
        attempts = Attempts(limit=1)
        attempts.failed("10.0.0.1", 0.0)
        assert attempts.allowed("10.0.0.2", 0.0)

    def test_slow_mistakes_are_forgiven(self) -> None:
        attempts = Attempts(limit=2)
        for n in range(20):
            attempts.failed("10.0.0.1", n * WRONG_WINDOW)
            assert attempts.allowed("10.0.0.1", n * WRONG_WINDOW)

    def test_the_window_slides(self) -> None:
        attempts = Attempts(limit=3, window=60.0)
        for at in (0.0, 50.0, 70.0):
            attempts.failed("10.0.0.1", at)
        assert attempts.allowed("10.0.0.1", 70.0)
        attempts.failed("10.0.0.1", 100.0)
        assert not attempts.allowed("10.0.0.1", 100.0)

    def test_after_its_time_an_address_has_a_whole_new_window(self) -> None:
        attempts = Attempts(limit=3)
        for _ in range(3):
            attempts.failed("10.0.0.1", 0.0)
        attempts.failed("10.0.0.1", SHUT_OUT)
        attempts.failed("10.0.0.1", SHUT_OUT)
        assert attempts.allowed("10.0.0.1", SHUT_OUT)

    def test_its_table_is_bounded_and_the_longest_silent_is_forgotten(self) -> None:
        attempts = Attempts(limit=1)
        for n in range(MAX_WATCHED_ADDRESSES):
            attempts.failed(f"10.0.{n // 256}.{n % 256}", 0.0)
        attempts.failed("10.0.0.0", 1.0)
        attempts.failed("10.9.9.9", 1.0)
        assert len(attempts) == MAX_WATCHED_ADDRESSES
        assert not attempts.allowed("10.0.0.0", 1.0)
        assert attempts.allowed("10.0.0.1", 1.0)

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("2a00::1", "2a00::ffff:1", True),
            ("2a00:0:0:1::1", "2a00:0:0:2::1", False),
            ("::ffff:10.0.0.1", "10.0.0.1", True),
            ("fe80::1%eth0", "fe80::1", True),
            ("", "", True),
            ("testclient", "other", False),
        ],
    )
    def test_what_counts_as_one_address(self, one: str, other: str, *, same: bool) -> None:
        attempts = Attempts(limit=1)
        attempts.failed(one, 0.0)
        assert attempts.allowed(other, 0.0) is not same


def test_the_operators_token_is_the_operators_alone() -> None:
    security = decide(ANY, token=GIVEN, admin_token=FRESH)
    assert (security.token, security.admin_token) == (GIVEN, FRESH)
    assert decide(ANY).admin_token is None
    with pytest.raises(ConfigError, match="every phone"):
        decide(ANY, token=GIVEN, admin_token=GIVEN)
    with pytest.raises(ConfigError, match="leave --admin-token out to have none"):
        decide(LOOPBACK, admin_token="short")


def test_origins_that_are_none_are_refused_at_the_start() -> None:
    assert decide(ANY, allowed=["https://example.org"]).allowed == ("https://example.org",)
    with pytest.raises(ConfigError, match="is no origin"):
        decide(ANY, allowed=["example.org"])
