"""Two lanes to one model: who may ask when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streaming.lanes import MOST_WAITING, MOST_WAITING_IN_ALL, Job, Lanes
from vision.dealings import Lane, RequestId


def job(session: str, request: int, lane: Lane = "question") -> Job:
    return Job(session, RequestId(request), lane)


def test_a_question_takes_the_slot_of_a_caption() -> None:
    lanes = Lanes(1)
    caption, question = job("a", 1, "ambient"), job("b", 1)
    assert lanes.submit(caption).begin == (caption,)
    verdict = lanes.submit(question)
    assert verdict.stop == (caption,)
    assert verdict.begin == (question,)
    assert lanes.leave(caption).begin == (), "it has left already"


def test_a_caption_is_refused_while_the_model_is_busy_and_never_waits() -> None:
    lanes = Lanes(1)
    lanes.submit(job("a", 1))
    caption = job("a", 2, "ambient")
    assert lanes.submit(caption).refuse == (caption,)
    assert lanes.waiting == 0


def test_with_two_slots_a_question_stops_nobody() -> None:
    lanes = Lanes(2)
    lanes.submit(job("a", 1, "ambient"))
    assert lanes.submit(job("a", 2)).stop == ()
    assert lanes.running == 2


def test_sessions_take_turns() -> None:
    lanes = Lanes(1)
    running = job("a", 0)
    lanes.submit(running)
    for request in (1, 2, 3):
        lanes.submit(job("greedy", request))
    lanes.submit(job("modest", 1))
    order = []
    for _ in range(4):
        (running,) = lanes.leave(running).begin
        order.append((running.session, running.request))
    assert order == [("greedy", 1), ("modest", 1), ("greedy", 2), ("greedy", 3)]


def test_one_session_cannot_fill_the_queue() -> None:
    lanes = Lanes(1)
    lanes.submit(job("a", 0))
    verdicts = [lanes.submit(job("a", n)) for n in range(1, MOST_WAITING + 2)]
    assert [bool(each.refuse) for each in verdicts] == [False] * MOST_WAITING + [True]
    assert not lanes.submit(job("b", 1)).refuse


def test_a_question_that_is_given_up_while_it_waits_never_runs() -> None:
    lanes = Lanes(1)
    first, waiting, last = job("a", 1), job("b", 1), job("c", 1)
    for each in (first, waiting, last):
        lanes.submit(each)
    lanes.leave(waiting)
    assert lanes.leave(first).begin == (last,)
    assert lanes.leave(last).begin == ()
    assert lanes.running == lanes.waiting == 0


@given(
    st.integers(1, 3),
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["question", "ambient", "leave"])),
        max_size=200,
    ),
)
def test_whatever_happens_every_job_is_accounted_for(
    slots: int, steps: list[tuple[str, str]]
) -> None:
    lanes = Lanes(slots)
    running: list[Job] = []
    waiting: set[Job] = set()
    for number, (session, step) in enumerate(steps):
        if step == "leave":
            known = [each for each in (*running, *waiting) if each.session == session]
            if not known:
                continue
            verdict = lanes.leave(known[0])
            waiting.discard(known[0])
            running = [each for each in running if each != known[0]]
        else:
            lane: Lane = "question" if step == "question" else "ambient"
            new = job(session, number, lane)
            verdict = lanes.submit(new)
            if new not in verdict.begin and new not in verdict.refuse:
                waiting.add(new)
                assert lane == "question"
        assert all(each.lane == "ambient" for each in verdict.stop)
        running = [each for each in running if each not in verdict.stop] + list(verdict.begin)
        waiting -= set(verdict.begin)
        assert lanes.running == len(running) <= slots
        assert lanes.waiting == len(waiting) <= MOST_WAITING_IN_ALL
        assert not waiting or len(running) == slots, "nobody waits while a slot is free"
