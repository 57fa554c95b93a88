import pytest

from models.open_vocabulary.phrases import checked
from vision.errors import ConfigError
from vision.vocabulary import LONGEST, MOST_WANTED, plain


def test_spaces_are_single():
    assert checked(["  a red \n key ", "茶杯"]) == ("a red key", "茶杯")
    assert checked([]) == ()


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        ([f"thing {number}" for number in range(MOST_WANTED + 1)], "too many"),
        (["key", " "], "empty"),
        (["k" * (LONGEST + 1)], "too long"),
        (["ke\0y"], "printed"),
        (["Key", "key "], "twice"),
    ],
)
def test_what_cannot_be_looked_for_is_told(phrases, message):
    with pytest.raises(ConfigError, match=message):
        checked(phrases)


def test_what_one_session_may_ask_for_is_what_the_detector_takes():
    longest = "k" * LONGEST
    assert checked(plain([longest])) == (longest,)
    for taken in (plain, checked):
        with pytest.raises((ValueError, ConfigError)):
            taken([f"{longest}k"])
