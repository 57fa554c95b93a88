"""What a person points at: a frozen moment, a thing to be remembered, a thing to be watched."""

from __future__ import annotations

import pytest

from tests.vision.looks import scene, track
from tests.vision.test_assistant import EVERYTHING, MODEL, Drive, only
from vision.assisting.keepsakes import LONGEST_NAME, MOST_KEEPSAKES
from vision.assisting.outbox import Abilities
from vision.dealings import (
    AlertSaid,
    AnswerSaid,
    Asked,
    AskModel,
    FreezeAsked,
    OptionsSet,
    ProblemSaid,
    ReadText,
    Recall,
    Recalled,
    Remember,
    RememberAsked,
    RememberedSaid,
    TextRead,
    TextSaid,
    WatchAsked,
    WatchingSaid,
)
from vision.recollection import Recollection
from vision.types import TextBlock, TrackId

CUP, OTHER = track(7, "cup", (0.1, 0.5, 0.1, 0.1)), track(8, "cup", (0.7, 0.5, 0.1, 0.1))
EXIT = TextBlock("EXIT", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.2), (0.1, 0.2)), 0.9)


def frozen_drive(abilities: Abilities | None = None) -> Drive:
    """A cup is frozen, and then gone for five seconds."""
    drive = Drive(abilities)
    drive.look(1, CUP)
    drive(FreezeAsked(round(drive.now * 90_000)))
    drive.look(5, track(3))
    return drive


class TestFreezing:
    def test_what_is_asked_is_about_the_frozen_moment(self) -> None:
        drive = frozen_drive()
        answer = only(drive(Asked("q", "What is this?", TrackId(7))), AnswerSaid)
        assert "cup" in answer.text
        assert drive.now - answer.glimpse.t > 4.9, "it is as old as it is"
        answer = only(drive(Asked("p", "How many people are there?")), AnswerSaid)
        assert "don't see a person" in answer.text

    def test_it_ends_when_the_person_says_so(self) -> None:
        drive = frozen_drive()
        drive(FreezeAsked(None))
        assert only(drive(Asked("q", "What is this?", TrackId(7))), ProblemSaid)
        answer = only(drive(Asked("p", "How many people are there?")), AnswerSaid)
        assert "one person" in answer.text.lower() or "a person" in answer.text.lower()

    def test_it_can_be_taken_up_again(self) -> None:
        drive = Drive()
        drive.look(1, CUP)
        pts = round(drive.now * 90_000)
        drive(FreezeAsked(pts))
        drive(FreezeAsked(None))
        drive.look(5, track(3))
        drive(FreezeAsked(pts))
        answer = only(drive(Asked("q", "What is this?", TrackId(7))), AnswerSaid)
        assert drive.now - answer.glimpse.t > 4.9

    def test_the_moment_is_the_nearest_though_it_is_still_on_its_way(self) -> None:
        drive = Drive()
        drive.look(1, CUP)
        drive(FreezeAsked(round((drive.now + 0.2) * 90_000)))
        drive.look(0.1, CUP)
        drive.look(0.1, CUP, OTHER)
        drive.look(1)
        answer = only(drive(Asked("q", "How many cups are there?")), AnswerSaid)
        assert answer.glimpse.t == pytest.approx(1.2)
        assert len(answer.glimpse.tracks) == 2

    def test_a_moment_that_never_comes_is_not_waited_for(self) -> None:
        drive = Drive()
        drive.look(1, CUP)
        drive(FreezeAsked(10**12))
        drive.look(9, CUP)
        answer = only(drive(Asked("q", "What is this?", TrackId(7))), AnswerSaid)
        assert answer.glimpse.t < 4

    def test_before_the_first_picture_nothing_is_frozen(self) -> None:
        drive = Drive()
        drive(FreezeAsked(0))
        assert only(drive(Asked("q", "What is this?")), ProblemSaid).code == "nothing-seen"

    def test_the_model_is_shown_the_frozen_picture(self) -> None:
        drive = Drive(MODEL)
        drive.look(1, CUP, place=1)
        drive(FreezeAsked(round(drive.now * 90_000)))
        drive.look(3, place=2)
        prompt = only(drive(Asked("q", "Is it clean?", TrackId(7))), AskModel).prompt
        assert "cup" in prompt.text
        assert prompt.shots[0].picture is scene(1)

    def test_its_text_is_read_once_and_not_taken_for_what_is_there_now(self) -> None:
        drive = frozen_drive(Abilities(reader=True))
        told = len(drive.all(TextSaid))
        reading = only(drive(Asked("q", "What does it say?")), ReadText)
        answer = only(drive(TextRead(reading.request, (EXIT,))), AnswerSaid)
        assert "EXIT" in answer.text
        assert len(drive.all(TextSaid)) == told
        again = drive(Asked("r", "What does it say?"))
        assert "EXIT" in only(again, AnswerSaid).text
        assert not [each for each in again if isinstance(each, ReadText)]


class TestRemembering:
    def test_a_thing_is_remembered_by_its_name_with_its_picture(self) -> None:
        drive = Drive()
        drive.look(1, CUP, colours={7: "red"})
        done = drive(RememberAsked("k", "  my\nfavourite ", TrackId(7)))
        kept = only(done, Remember)
        assert (kept.memory.kind, kept.memory.text) == ("keepsake", "my favourite (red cup)")
        assert kept.memory.box == CUP.box
        assert kept.glimpse is not None
        assert only(done, RememberedSaid) == RememberedSaid("k", "my favourite", lasting=False)

    def test_whether_it_lasts_is_told(self) -> None:
        drive = Drive(Abilities(lasting=True))
        drive.look(1, CUP)
        assert only(drive(RememberAsked("k", "mine", TrackId(7))), RememberedSaid).lasting

    def test_a_place_can_be_remembered_too(self) -> None:
        drive = Drive()
        drive.look(1)
        box = only(drive(RememberAsked("k", "the socket", point=(0.5, 0.5))), Remember).memory.box
        assert box is not None
        assert box[0] < 0.5 < box[0] + box[2]

    def test_each_has_a_key_of_its_own_up_to_a_bound(self) -> None:
        drive = Drive()
        drive.look(1, CUP)
        for number in range(MOST_KEEPSAKES):
            drive(RememberAsked(f"k{number}", f"number {number}", TrackId(7)))
        keys = {each.memory.key for each in drive.all(Remember) if each.memory.kind == "keepsake"}
        assert len(keys) == MOST_KEEPSAKES
        refusal = only(drive(RememberAsked("more", "more", TrackId(7))), ProblemSaid)
        assert (refusal.code, refusal.about) == ("too-many-keepsakes", "more")

    @pytest.mark.parametrize(
        ("event", "code"),
        [
            (RememberAsked("k", " \n"), "empty-name"),
            (RememberAsked("k", "x" * (LONGEST_NAME + 1)), "long-name"),
            (RememberAsked("k", "mine", TrackId(99)), "unknown-object"),
        ],
    )
    def test_what_cannot_be_remembered_is_refused(self, event: RememberAsked, code: str) -> None:
        drive = Drive()
        drive.look(1, CUP)
        assert only(drive(event), ProblemSaid).code == code
        drive = Drive()
        assert only(drive(RememberAsked("k", "mine")), ProblemSaid).code == "nothing-seen"

    def test_what_is_frozen_is_remembered_as_it_was(self) -> None:
        drive = frozen_drive()
        kept = only(drive(RememberAsked("k", "mine", TrackId(7))), Remember)
        assert kept.memory.box == CUP.box
        assert kept.glimpse.t == pytest.approx(1.0)

    def test_it_is_found_again_by_its_name(self) -> None:
        drive = Drive()
        drive.look(1)
        recall = only(drive(Asked("q", "Where are my keys?")), Recall)
        assert "keepsake" in recall.kinds
        found = Recollection("keepsake", "my keys (black remote)", 240.0, CUP.box, "a.jpg")
        answer = only(drive(Recalled(recall.request, (found,))), AnswerSaid)
        assert "my keys" in answer.text
        assert "four minutes ago" in answer.text
        assert answer.evidence == "a.jpg"


class TestWatchingOne:
    def test_it_is_told_when_this_one_leaves_and_not_another(self) -> None:
        drive = Drive()
        drive.look(2, CUP, OTHER)
        watching = only(drive(WatchAsked("w", "watch this", TrackId(7))), WatchingSaid)
        assert (watching.text, watching.rule) == ("watch this", "when this cup goes out of sight")
        drive.look(4, CUP)
        assert drive.all(AlertSaid) == [], "the other one left"
        drive.look(4)
        (alert,) = drive.all(AlertSaid)
        assert alert.text == "This cup went out of sight."
        assert alert.objects == (7,)

    def test_another_that_comes_is_not_this_one(self) -> None:
        drive = Drive()
        drive.look(2, CUP)
        drive(WatchAsked("w", "watch this", TrackId(7)))
        drive.look(2, CUP, OTHER)
        drive.look(4, CUP)
        assert drive.all(AlertSaid) == []

    def test_each_other_one_like_it_is_told_of(self) -> None:
        drive = Drive()
        red = {7: "red", 8: "red", 9: "blue", 10: "red"}
        drive.look(2, CUP, colours=red)
        watching = only(drive(WatchAsked("w", "more", TrackId(7), like=True)), WatchingSaid)
        assert watching.rule.startswith("when a red cup appears")
        drive.look(2, CUP, track(9, "cup", (0.4, 0.1, 0.1, 0.1)), colours=red)
        assert drive.all(AlertSaid) == [], "that one is blue"
        drive.look(2, CUP, OTHER, colours=red)
        drive.look(1, CUP, OTHER, track(10, "cup", (0.4, 0.8, 0.1, 0.1)), colours=red)
        assert [alert.objects for alert in drive.all(AlertSaid)] == [(8,), (10,)]

    def test_what_is_gone_is_refused(self) -> None:
        drive = Drive(EVERYTHING)
        drive.look(2, CUP)
        for like in (False, True):
            event = WatchAsked("w", "watch this", TrackId(99), like)
            assert only(drive(event), ProblemSaid).code == "unknown-object"

    def test_it_is_told_in_chinese(self) -> None:
        drive = Drive()
        drive(OptionsSet(language="zh"))
        drive.look(2, CUP)
        watching = only(drive(WatchAsked("w", "留意这个", TrackId(7))), WatchingSaid)
        assert watching.rule == "当这个杯子离开视野时"
        drive.look(1, CUP)
        drive.look(4)
        (alert,) = drive.all(AlertSaid)
        assert "这个杯子" in alert.text
        assert "有这个" not in alert.text
