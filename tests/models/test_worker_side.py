from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT_IDLE_CLASS = """
import os, threading
from models import worker_side

def refused(*_):
    raise PermissionError

os.sched_setscheduler = refused
worker_side.NICENESS = 19  # whoever runs this may be nice already
done = threading.Event()
threading.Thread(target=done.wait).start()
worker_side.give_way()
print(*(os.getpriority(os.PRIO_PROCESS, thread) for thread in worker_side._threads()))
done.set()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process is nice as a whole")
def test_where_there_is_no_idle_class_every_thread_is_nice() -> None:
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_IDLE_CLASS], capture_output=True, text=True, check=True
    )
    nice = said.stdout.split()
    assert len(nice) >= 2
    assert all(int(each) == 19 for each in nice)
