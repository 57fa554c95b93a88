"""The endpoint's key, from where only the operator can put it: an environment variable or a file.

Never from the command line, where every user of the machine can read it.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from models.endpoint_config import LONGEST_KEY, check_key
from vision.errors import ConfigError

log = logging.getLogger(__name__)


def key_from(variable: str | None, file: Path | None) -> str | None:
    """The key that the variable or the file holds, without white space around it; None for neither.

    Raises:
        ConfigError: both are named, the one named is not there, or it holds no key.
    """
    if variable is not None and file is not None:
        raise ConfigError("the endpoint's key is in a variable or in a file: name one of the two")
    if variable is not None:
        return _checked(_from_variable(variable))
    if file is not None:
        return _checked(_from_file(file))
    return None


def _from_variable(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise ConfigError(f"there is no environment variable {name}: set it to the endpoint's key")
    return value


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LONGEST_KEY + 1)
    except OSError as error:
        raise ConfigError(
            f"the endpoint's key cannot be read ({error.strerror}: {path}): name the file it is in"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("others can read the endpoint's key: chmod 600 %s", path)
    return content.decode("utf-8", "replace")


def _checked(text: str) -> str:
    key = text.strip()
    check_key(key)
    return key
