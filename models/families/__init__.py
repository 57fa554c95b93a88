"""Families of detectors as they come from elsewhere in ONNX files: one module each."""
