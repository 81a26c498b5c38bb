"""Draws the pictures of the docs from a real audit: `python docs/make_images.py demo/audit/record.json`.

Needs Chromium (`bash tests/setup-system.sh`).
"""

import shutil
import sys
import tempfile
from pathlib import Path

import reports

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1200, 1180


def photograph(html: str, image: Path) -> None:
    """The top of a page as a PNG file."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        page_file.write_text(html, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        page.goto(page_file.as_uri())
        page.screenshot(path=image)
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name the record.json of an audit")
    IMAGES.mkdir(exist_ok=True)
    photograph(reports.html(reports.read(Path(sys.argv[1]))), IMAGES / "report.png")
