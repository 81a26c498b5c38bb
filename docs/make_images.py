"""Draws the pictures of the docs from real audits: `python docs/make_images.py AUDIT BASELINE CANDIDATE`.

Each is a folder that `audit run` wrote: one of all suites with `--include-examples`, two of the same rows.
Needs Chromium (`bash tests/setup-system.sh`) and Pillow (comes with matplotlib).
"""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reports
from audit.diff import DiffConfig, diff
from audit.pairing import opened
from reports import diff_page

IMAGES = Path(__file__).parent / "images"
WIDTH, TALLEST = 1200, 1180
COLOURS = 64
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@dataclass(frozen=True)
class Picture:
    """What a picture shows.

    Attributes:
        name: of the file, without its ending.
        html: the page.
        part: the first element of the page that it shows, as a CSS selector; "" for the top of the page.
    """

    name: str
    html: str
    part: str = ""


def pictures(audit: Path, baseline: Path, candidate: Path) -> list[Picture]:
    """The pictures, in the order of the docs."""
    report = reports.html(reports.read(audit / "record.json"))
    before, after = opened([baseline, candidate])
    compared = diff(before, after, DiffConfig())
    return [
        Picture("report", report),
        Picture("curves", report, "figure.exhibit:has(.multiples)"),
        Picture("highlights", report, "figure.exhibit:has(ol.highlights)"),
        Picture("diff", diff_page.html(compared)),
    ]


def photograph(wanted: Sequence[Picture]) -> None:
    """Each picture as a PNG file of few colours."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": TALLEST}, device_scale_factor=1.5)
        for picture in wanted:
            page_file = Path(folder) / f"{picture.name}.html"
            page_file.write_text(picture.html, "utf-8")
            page.goto(page_file.as_uri())
            _shoot(page, picture.part, IMAGES / f"{picture.name}.png")
        browser.close()


def _shoot(page: Any, part: str, image: Path) -> None:
    from PIL import Image

    if not part:
        page.screenshot(path=image)
    else:
        page.evaluate(OPEN_ALL)
        page.evaluate("document.querySelectorAll('figure details').forEach(d => { d.open = false })")
        box = page.locator(part).first.bounding_box()
        clip = {
            "x": box["x"] - 16, "y": box["y"] - 16,
            "width": box["width"] + 32, "height": min(box["height"], TALLEST * 0.6) + 32,
        }  # fmt: skip
        page.screenshot(path=image, clip=clip, full_page=True)
    Image.open(image).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(image, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("name the folders of three audits: one of all suites, a baseline and a candidate")
    IMAGES.mkdir(exist_ok=True)
    photograph(pictures(*map(Path, sys.argv[1:])))
