"""live-vlm-webui as its command starts it, but that it asks no third party for its own address.

Run in its own environment: python benchmarks/bench/peers/live_vlm_server.py OPTIONS…
(its own options, see ``live-vlm-webui --help``)
"""

from __future__ import annotations

import aiortc
from live_vlm_webui import server


def _nobody(iceServers: object = None) -> aiortc.RTCConfiguration:  # noqa: ARG001, N803 - its own name
    return aiortc.RTCConfiguration(iceServers=[])


if __name__ == "__main__":
    server.RTCConfiguration = _nobody
    server.main()
