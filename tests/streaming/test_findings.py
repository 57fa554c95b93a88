from streaming.findings import Check, exit_code, render

GOOD = Check("Python", "ok", "3.11.2")
ODD = Check("CPU cores", "warn", "1 for us", "give it 2")
BAD = Check("port", "fail", "in use", "--port 8081")


def test_one_line_each_in_columns() -> None:
    assert render([GOOD, ODD, BAD], colour=False).splitlines() == [
        "ok    Python     3.11.2",
        "warn  CPU cores  1 for us -> give it 2",
        "fail  port       in use -> --port 8081",
    ]


def test_colours_only_the_mark() -> None:
    assert render([BAD], colour=True) == "\x1b[31mfail\x1b[0m  port  in use -> --port 8081"


def test_nothing_found_is_nothing_shown() -> None:
    assert render([], colour=False) == ""


def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    sly = Check("port", "fail", "in use by \x1b[2Jx\nok    Python")
    assert render([sly], colour=False) == "fail  port  in use by ?[2Jx?ok    Python"


def test_only_a_failure_is_an_error() -> None:
    assert [exit_code(checks) for checks in ([], [GOOD, ODD], [GOOD, BAD])] == [0, 0, 1]
