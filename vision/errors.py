"""The errors of Open Eyes.

Every error that a person can do something about derives from one root, and its message says what
to do::

    OpenEyesError
    ├── ConfigError          an option, address or file named by the operator does not fit
    ├── ModelError           a model cannot be used
    │   ├── UnknownModel     no adapter is registered under that name
    │   ├── WeightsMissing   the model's file is not there
    │   ├── WeightsCorrupt   the model's file is not the one that was recorded
    │   ├── DeviceUnavailable  the asked-for accelerator is not there
    │   └── NoAnswer         a language model did not answer a request, or not to its end
    └── MediaError           a video cannot be read or written
"""

from __future__ import annotations

__all__ = [
    "ConfigError",
    "DeviceUnavailable",
    "MediaError",
    "ModelError",
    "NoAnswer",
    "OpenEyesError",
    "UnknownModel",
    "WeightsCorrupt",
    "WeightsMissing",
]


class OpenEyesError(Exception):
    """Root of all errors that this project raises on purpose."""


class ConfigError(OpenEyesError):
    """An option, address or file that the operator named does not fit."""


class ModelError(OpenEyesError):
    """A model cannot be used."""


class UnknownModel(ModelError):
    """No adapter is registered under the name that was asked for."""


class WeightsMissing(ModelError):
    """The model's file is not where it was recorded to be."""


class WeightsCorrupt(ModelError):
    """The model's file is not the one that was recorded."""


class DeviceUnavailable(ModelError):
    """The accelerator that was asked for is not on this machine."""


class NoAnswer(ModelError):
    """A language model did not answer a request, or not to its end."""

    def __init__(self, message: str, public: str = "") -> None:
        """``message`` is for the operator, and may quote the model's server.

        ``public`` is for whoever asked, and does not; where it is empty, the message does not
        either.
        """
        super().__init__(message)
        self.public = public or message


class MediaError(OpenEyesError):
    """A video cannot be read or written."""
