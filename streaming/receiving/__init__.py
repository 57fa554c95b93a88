"""The way of a received video stream from packets to pictures.

``buffer`` makes frames of packets, asks for lost ones again and for key frames, and knows neither
sockets nor clocks; ``decoding`` turns frames into pictures in a thread of its own; ``adapter`` is
the one place that ties both to aiortc.
"""
