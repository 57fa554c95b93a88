"""The version that is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("openeyes")
except PackageNotFoundError:
    VERSION = "0+unknown"
