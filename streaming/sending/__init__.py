"""The sending path: from the newest annotated frame to packets on the wire.

- ``limits``: what an operator bounds
- ``encoder``: real-time H.264 and VP8; ``stream``: one frame at a time, in a thread of its own
- ``frame_rate``, ``rate``, ``keyframes``, ``pacer``, ``copies``, ``history``: decisions,
  without clock or I/O
- ``packets``, ``playout``, ``negotiation``: RTP packets, ``playout-delay``, the answer's lists
- ``adapter``: puts it all in the place of aiortc's loop, and alone knows its private names

Why H.264 comes first, and which settings: CPU time of one frame of the sample in motion, encoded
and decoded on one thread, and PSNR (Y) at a constant rate, 640x480 at 1.2 Mbit/s. Medians of three
rounds on two busy x86-64 cores with AVX2: the ratios count. At 320x240 they are the same.

=============================================  ======  =====  ======
encoder                                        encode  PSNR   decode
=============================================  ======  =====  ======
VP8 as aiortc 1.16 (cpu-used -6, denoising)    8.8 ms  38.4   2.1 ms
VP8, cpu-used -6                               7.6 ms  38.8   2.3 ms
VP8, cpu-used -8: ours                         6.5 ms  37.5   2.1 ms
VP8, cpu-used -12                              4.9 ms  35.3   2.2 ms
VP8, cpu-used -16                              4.8 ms  32.5   1.8 ms
H.264 as aiortc 1.16 (x264's medium preset)    30.7 ms 39.2   1.7 ms
H.264, superfast                               5.2 ms  39.0   1.6 ms
H.264, ultrafast                               3.2 ms  36.2   0.8 ms
H.264, ultrafast with subme=1: ours            4.1 ms  39.0   1.1 ms
=============================================  ======  =====  ======

A second thread of libvpx cost four to ten times the CPU time on two cores. NVENC's recipe is
checked against FFmpeg's list of its options, but has not been run: no such device was at hand.
"""
