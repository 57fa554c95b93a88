import pytest

from models.open_vocabulary.phrases import LONGEST_PHRASE, MOST_PHRASES, checked
from vision.errors import ConfigError


def test_spaces_are_single():
    assert checked(["  a red \n key ", "茶杯"]) == ("a red key", "茶杯")
    assert checked([]) == ()


@pytest.mark.parametrize(
    ("phrases", "message"),
    [
        ([f"thing {number}" for number in range(MOST_PHRASES + 1)], "too many"),
        (["key", " "], "empty"),
        (["k" * (LONGEST_PHRASE + 1)], "too long"),
        (["ke\0y"], "printed"),
        (["Key", "key "], "twice"),
    ],
)
def test_what_cannot_be_looked_for_is_told(phrases, message):
    with pytest.raises(ConfigError, match=message):
        checked(phrases)
