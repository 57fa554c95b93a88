from __future__ import annotations

from tools.schema import TARGET, schema


def test_the_schema_in_the_docs_is_that_of_the_code() -> None:
    assert TARGET.read_text() == schema(), "run: python -m tools.schema"
