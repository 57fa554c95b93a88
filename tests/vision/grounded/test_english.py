from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vision.grounded.cases import Case, cases
from tests.vision.grounded.street import (
    BUS,
    CUP,
    DOG,
    EMPTY,
    NOW,
    STREET,
    WAITER,
    ask,
    going,
    line,
    of,
    thing,
)
from vision.scene import Change
from vision.types import Seconds


@pytest.mark.parametrize("case", cases("street_en.txt"), ids=lambda case: case.question)
def test_on_the_street(case: Case) -> None:
    said = ask(case.question)
    assert said.text == case.answer
    assert said.objects == case.objects
    assert said.knows is case.knows


def test_of_nothing_it_says_so() -> None:
    assert ask("what is here", EMPTY).text == "I don't see anything that I know."
    assert ask("what does it say", EMPTY).text == "I can't read any text here."
    assert ask("is anything moving", EMPTY).text == "Nothing that I can see is moving."
    assert ask("how many people", EMPTY).text == "I don't see a person now."
    assert ask("what is on the left", EMPTY).text == "I don't recognise anything on the left."
    assert ask("what is this", EMPTY).text == "I don't recognise anything there."
    assert (
        ask("what changed", EMPTY).text == "Nothing that I can see changed in the last 20 seconds."
    )


def test_what_is_doubtful_is_said_to_be_so() -> None:
    cat = thing(1, "cat", (0.1, 0.4, 0.2, 0.2), score=0.4)
    sure = thing(2, "cat", (0.7, 0.4, 0.2, 0.2))
    assert ask("what is here", of(cat)).text == "Probably a cat on the left, near you."
    assert ask("is there a cat", of(cat)).text == "Probably a cat on the left, near you."
    assert ask("where is the cat", of(cat)).text == "Probably the cat is on the left, near you."
    assert ask("how many cats", of(cat, sure)).text == (
        "At least one cat, perhaps two: one on the left, near you; one on the right, near you."
    )


def test_many_are_counted_by_side() -> None:
    people = [thing(n, "person", (0.1 * n, 0.4, 0.05, 0.3)) for n in range(1, 9)]
    assert ask("how many people", of(*people)).text == (
        "Eight people: three on the left; three in the middle; two on the right."
    )


def test_a_tapped_object_is_what_is_meant() -> None:
    assert ask("what is this", focus=4).text == "That is a white cup, on the left, near you."
    assert ask("what colour is it", focus=3).text == "The bus looks red."
    assert ask("what does it say", focus=3).text == "It says: “EXIT”."
    assert ask("is it moving", focus=1).text == "A person is moving left."
    assert ask("is it moving", focus=3).text == "The bus is not moving."
    assert ask("what is this", focus=6).objects == (DOG.id,)
    assert ask("what is this", focus=99).text == "I don't recognise anything there."


def test_a_tapped_point_means_the_smallest_thing_there_or_the_text() -> None:
    assert ask("what is this", point=(0.33, 0.75)).objects == (CUP.id,)
    assert ask("what is this", point=(0.47, 0.68)).objects != (BUS.id,)
    assert ask("what does it say", point=(0.15, 0.12)).text == "It says: “Platform 4”."
    assert ask("what is this", point=(0.15, 0.115)).text == "It says: “Platform 4”."
    assert not ask("what is this", point=(0.02, 0.98)).knows


def test_movements_are_told_by_direction() -> None:
    left = going(thing(1, "person", (0.1, 0.3, 0.1, 0.3)), -0.4, 0.0)
    right = going(thing(2, "person", (0.5, 0.3, 0.1, 0.3)), 0.4, 0.1)
    other = going(thing(3, "person", (0.7, 0.3, 0.1, 0.3)), 0.5, 0.0)
    askew = going(thing(4, "dog", (0.7, 0.7, 0.1, 0.1)), 0.3, 0.3)
    assert ask("what is moving", of(left, right, other, askew)).text == (
        "A person is moving left. Two people are moving right. A dog is moving."
    )


def test_a_slight_drift_is_no_movement() -> None:
    drifting = going(thing(1, "person", (0.1, 0.3, 0.1, 0.3)), 0.1, 0.0)
    assert ask("is the person moving", of(drifting)).text == "The person is not moving."


def test_an_old_picture_is_said_to_be_old() -> None:
    said = ask("is there a bus", now=NOW + 12)
    assert said.text == "My last picture is from twelve seconds ago. Yes, a bus on the right."


def test_what_stands_still_in_front_of_all_is_near() -> None:
    assert ask("where is the person", of(thing(1, "person", (0.4, 0.1, 0.3, 0.88)))).text == (
        "The person is in the middle, near you."
    )
    assert ask("where is the person", of(thing(1, "person", (0.4, 0.4, 0.05, 0.12)))).text == (
        "The person is in the middle, far away."
    )


def test_a_long_page_is_read_and_what_is_left_is_counted() -> None:
    lines = tuple(line(n, f"line {n}", 0.3, 0.01 * n) for n in range(1, 81))
    view = replace(EMPTY, texts=lines)
    assert ask("what does it say", view).text.endswith("There are 72 more lines.")
    assert "“line 60”" in ask("read the whole page", view).text
    assert ask("read the whole page", view).text.endswith("There are 20 more lines.")


def test_an_answer_can_be_had_in_another_language_than_the_question() -> None:
    assert ask("how many people", language="zh").text.startswith("两个人")


def test_what_is_near_in_the_picture_but_not_in_depth_is_not_next_to() -> None:
    far = thing(1, "person", (0.3, 0.4, 0.05, 0.15))
    cup = thing(2, "cup", (0.36, 0.5, 0.06, 0.1))
    assert ask("where is the cup", of(far, cup)).text == "The cup is in the middle, near you."
    assert ask("what is next to the cup", of(far, cup)).objects == (cup.id,)


def test_everything_comes_with_the_people_first() -> None:
    assert ask("what is here", of(BUS, WAITER)).objects == (WAITER.id, BUS.id)
    assert ask("what is here", STREET).objects[0] == 1


def test_words_that_say_more_than_can_be_seen_are_not_confirmed() -> None:
    van = thing(1, "truck", (0.1, 0.3, 0.2, 0.5))
    said = ask("is there an ambulance", of(van))
    assert said.text == (
        "Yes, a truck on the left. Whether that is an ambulance I can't tell without a"
        " vision-language model."
    )
    assert not said.knows


def test_what_is_elsewhere_is_said_to_be_elsewhere() -> None:
    assert ask("is there a bus on the left").text == "Not there. A bus on the right."
    assert ask("how many people are right of the bus").objects == (1, 2)
    assert ask("how many people are right of the bus").text.startswith("Not there.")


def test_what_left_in_the_crowd_at_the_edge_left() -> None:
    gone = replace(thing(7, "person", (0.9, 0.3, 0.1, 0.4)), last=Seconds(15.0))
    came = replace(thing(8, "person", (0.8, 0.3, 0.1, 0.4)), first=Seconds(15.2))
    view = replace(
        of(came),
        departed=(gone,),
        changes=(Change("came", came.first, came), Change("went", gone.last, gone)),
    )
    assert ask("what changed", view).text == (
        "New: a person on the right. A person left five seconds ago."
    )


def test_what_was_lost_and_found_in_one_place_is_no_change() -> None:
    lost = replace(thing(7, "person", (0.5, 0.3, 0.1, 0.4)), last=Seconds(15.0))
    found = replace(thing(8, "person", (0.52, 0.3, 0.1, 0.4)), first=Seconds(15.4))
    view = replace(
        of(found),
        departed=(lost,),
        changes=(Change("came", found.first, found), Change("went", lost.last, lost)),
    )
    assert ask("what changed", view).text.startswith("Nothing that I can see changed")
