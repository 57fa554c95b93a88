"""The client: plain ES modules served as they are. ``ROOT`` is the folder that holds them."""

from pathlib import Path

ROOT = Path(__file__).parent
