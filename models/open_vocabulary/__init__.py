"""Detectors that look for what is asked for in words, not for a fixed set of classes."""
