"""SmolVLM in this process: a small language model that sees, on onnxruntime."""
