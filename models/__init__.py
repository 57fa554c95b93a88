"""Adapters that put neural networks behind the ports of ``vision.ports``."""
