"""What is seen, and what follows from it: pure functions of pictures, detections and time.

Nothing in this package does I/O, reads a clock, starts a thread or imports asyncio; time is
always an argument. It imports numpy, scipy and, for pixels, cv2.
"""
