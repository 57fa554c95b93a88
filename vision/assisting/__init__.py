"""The parts of the assistant, each with its own piece of state; ``vision.assistant`` joins them."""
