"""A scripted link between two real peers: media goes through a relay that loses, delays and limits.

``faults`` says which packets are lost and ``link`` when the others depart: both are pure, so that
the same script and seed give the same decisions. ``relay`` carries them out between two sockets of
loopback, ``sdp`` leads the peers there, ``scripts`` holds the conditions that are measured.
"""
