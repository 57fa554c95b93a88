import hashlib
import json

from tests.models.smolvlm.toys import DATA

MOST_BYTES = 2_000_000


def test_all_files_are_those_that_the_manifest_describes():
    manifest = json.loads((DATA / "manifest.json").read_text())
    files = {
        each.relative_to(DATA).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in DATA.rglob("*")
        if each.is_file() and each.name not in {"manifest.json", "README.md"}
    }
    assert files == manifest["sha256"]
    assert manifest["made_by"] == "python -m tools.make_smolvlm_goldens"
    assert sum(each.stat().st_size for each in DATA.rglob("*")) < MOST_BYTES
