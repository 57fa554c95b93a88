from __future__ import annotations

from streaming.sending.keyframes import INTERVAL, ON_ITS_WAY, KeyFrames


def key_frames(asked_at: list[float], seconds: float, fps: int = 30) -> list[float]:
    """When key frames are sent to a receiver that asks at these times."""
    requests, sent = KeyFrames(), []
    waiting = sorted(asked_at)
    for frame in range(int(seconds * fps)):
        now = frame / fps
        while waiting and waiting[0] <= now:
            requests.ask(waiting.pop(0))
        if requests.due(now):
            requests.sent(now)
            sent.append(now)
    return sent


def test_none_is_sent_that_was_not_asked_for() -> None:
    assert key_frames([], 10) == []


def test_one_request_gives_one_at_once() -> None:
    assert key_frames([1.0], 10) == [1.0]


def test_requests_until_it_arrives_count_as_one() -> None:
    asked = [1.0, 1.01, 1.02, 1.0 + ON_ITS_WAY / 2]
    assert key_frames(asked, 10) == [1.0]


def test_a_request_after_it_should_have_arrived_gives_another_but_not_too_soon() -> None:
    first, second = key_frames([1.0, 1.0 + ON_ITS_WAY + 0.05], 10)
    assert second - first >= INTERVAL


def test_a_storm_of_requests_is_rate_limited() -> None:
    sent = key_frames([each / 100 for each in range(1000)], 10)
    assert len(sent) <= 10 / INTERVAL + 1
    assert len(sent) > 10 / (2 * INTERVAL), "yet it is answered, again and again"


def test_what_we_need_ourselves_does_not_wait() -> None:
    requests = KeyFrames()
    requests.ask(1.0)
    requests.sent(1.0)
    assert not requests.due(1.01)
    requests.insist()
    assert requests.due(1.01)


def test_both_are_counted() -> None:
    requests = KeyFrames()
    for _ in range(5):
        requests.ask(1.0)
    requests.sent(1.0)
    assert (requests.asked_count, requests.sent_count) == (5, 1)


def test_what_is_asked_while_a_key_frame_leaves_is_answered_by_it() -> None:
    requests = KeyFrames()
    requests.sent(1.0)
    requests.ask(1.0 + 2 * ON_ITS_WAY)
    requests.left(1.0 + 3 * ON_ITS_WAY)
    requests.ask(1.0 + 3.5 * ON_ITS_WAY)
    assert not requests.due(10.0)
    requests.ask(1.0 + 4.5 * ON_ITS_WAY)
    assert requests.due(10.0)
    assert requests.sent_count == 1
