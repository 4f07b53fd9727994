"""Take the short films (GIF) of docs/users anew from a fresh demonstration; needs ImageMagick.

    python scripts/user_films.py [address] [name …]

Each is a walk of a few steps, a picture a step: pasting from Excel, looking at a proof, signing.
None of them carries its act out, so the demonstration stays as it is but for the pasted values.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from user_pictures import ARGUMENTS, OUT, SPOKEN, entered, first, handed_in

MOST_BYTES = 300 * 1024
WIDTH, HEIGHT = 1000, 620
STEP, LAST = 150, 350
"""How long a step and the last one stay, in hundredths of a second."""
PASTE = """(one, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  one.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
Shoot = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Film:
    """One film: its file's name, the account that acts, the walk, which calls for a picture after
    each step.
    """

    name: str
    account: str
    walk: Callable[[Page, Shoot], None]


def pasting(page: Page, shoot: Shoot) -> None:
    """A block of cells copied from Excel into the form; how each was read stands below it."""
    first("/selfeval", "a[href^='/filling/']")(page)
    values = page.locator("[data-grid] input.cell[name^='a']")
    values.first.scroll_into_view_if_needed()
    shoot()
    values.first.click()
    shoot()
    values.first.evaluate(PASTE, "14\n1060\n98%\n")
    page.wait_for_timeout(1500)
    shoot()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    shoot()
    page.keyboard.press("Control+z")
    page.wait_for_timeout(1500)
    shoot()


def proving(page: Page, shoot: Shoot) -> None:
    """A proof opened beside the row it stands behind."""
    first("/selfeval?only=submitted", "a[href^='/filling/']")(page)
    shoot()
    page.locator("a.proofs").first.scroll_into_view_if_needed()
    page.locator("a.proofs").first.hover()
    shoot()
    page.locator("a.proofs").first.click()
    page.wait_for_selector("[data-box].open")
    shoot()
    page.keyboard.press("Escape")
    shoot()


def signing(page: Page, shoot: Shoot) -> None:
    """A figure of the report asked where it comes from, then the leader's dialog."""
    page.goto("/report/2021")
    shoot()
    page.locator("a.fig").first.click()
    page.wait_for_selector("#drawer.open")
    shoot()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="签发", exact=True).first.click()
    page.wait_for_selector("dialog[open]")
    shoot()
    page.fill("dialog[open] [name=number]", "1")
    shoot()


FILMS = (
    Film("paste", "jingban", pasting),
    Film("proof", "yewu", proving),
    Film("sign", "lingdao", signing),
)


def joined(frames: list[Path], film: Path) -> None:
    """The pictures one after the other, in few colours, only what changes."""
    tool = shutil.which("magick") or shutil.which("convert")
    if tool is None:
        sys.exit("需要 ImageMagick（magick 或 convert）。")
    words = [tool, "-delay", str(STEP), *map(str, frames[:-1]), "-delay", str(LAST)]
    words += [str(frames[-1]), "-loop", "0", "+dither", "-colors", "48"]
    subprocess.run([*words, "-layers", "optimize", str(film)], check=True)


def main(words: list[str]) -> int:
    """Take all films, or those named; 1 where one is too large."""
    base = words[0] if words else "http://127.0.0.1:8000"
    wanted = [one for one in FILMS if not words[1:] or one.name in words[1:]]
    large = 0
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, env=SPOKEN)
        for film in wanted:
            if film.name == "sign":
                handed_in(entered(browser, base, "jixiao", "desk"))
            page = entered(browser, base, film.account, "desk")
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            frames: list[Path] = []

            def shoot(
                page: Page = page, frames: list[Path] = frames, name: str = film.name
            ) -> None:
                frames.append(Path(folder) / f"{name}-{len(frames)}.png")
                page.screenshot(path=frames[-1])

            film.walk(page, shoot)
            joined(frames, OUT / f"{film.name}.gif")
            size = (OUT / f"{film.name}.gif").stat().st_size
            large += size > MOST_BYTES
            print(f"{film.name}：{len(frames)} 步，{size // 1024} KB", flush=True)
        browser.close()
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
