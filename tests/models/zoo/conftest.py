"""The models that these tests know by name."""

import pytest

from models.zoo import catalogue
from tests.models.zoo.entries import ALL, write_catalogue


@pytest.fixture(autouse=True)
def toy_catalogue(tmp_path_factory, monkeypatch):
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.toml"
    monkeypatch.setattr(catalogue, "SHIPPED", write_catalogue(path, *ALL))
    return path
