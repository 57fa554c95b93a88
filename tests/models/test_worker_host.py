"""A host whose process is made up: what threads may do to one another at an unlucky moment."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock, PropertyMock, patch

from models.process_limits import ProcessLimits
from models.worker_host import WorkerHost


def test_a_process_that_is_lost_while_it_is_closed_is_no_trouble() -> None:
    """It is there when closing looks whether it is, and would be gone at a second look."""
    child = Mock()
    host: WorkerHost[Any] = WorkerHost("it", Mock(), Mock(), ProcessLimits())
    unlucky = PropertyMock(side_effect=[child, None, None, None])
    with patch.object(WorkerHost, "_child", unlucky, create=True):
        host.close()
    child.end.assert_called_once()
