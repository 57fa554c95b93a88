"""Makes the page's icons: the mark of its start screen on its own ground, as PNG for home screens.

    PYTHONPATH=benchmarks .venv/bin/python -m tools.icons

The mark is ours, so are the pictures; they are Apache-2.0 as everything here.
"""

from __future__ import annotations

from pathlib import Path

from browser import chromium
from playwright.sync_api import sync_playwright

ICONS = Path(__file__).parent.parent / "web" / "icons"
SIZES = (180, 192, 512)
"""Of iOS, and of the two that browsers ask for."""

MARK = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="{size}"
 height="{size}">
<rect width="32" height="32" fill="#121418"/>
<g transform="translate(16 16) scale(.76) translate(-16 -16)">
<path d="M3 16c3.5-6 7.8-9 13-9s9.5 3 13 9c-3.5 6-7.8 9-13 9S6.5 22 3 16z" fill="none"
 stroke="#fff" stroke-width="2.2" stroke-linejoin="round"/>
<circle cx="16" cy="16" r="4.5" fill="#36c98f"/></g></svg>"""
"""Within the middle four fifths, which every system's mask leaves."""


def main() -> None:
    """Draws them anew."""
    ICONS.mkdir(exist_ok=True)
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0;display:block}}</style>{MARK.format(size=size)}")
            page.screenshot(path=ICONS / f"icon-{size}.png")
        browser.close()


if __name__ == "__main__":
    main()
