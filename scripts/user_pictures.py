"""Take the pictures of docs/users anew from a fresh demonstration that runs with its task worker
(`make run`).

    python scripts/user_pictures.py [address] [name …]

Some pictures need a report handed in and signed or a file uploaded: this changes the demonstration,
so give it a fresh one. A picture that cannot be taken is named, the old one stays, and the exit
code is 1.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "users" / "pictures"
FORM = ROOT / "tests" / "files" / "pass" / "02_SE025_空值满分.xlsx"
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
SPOKEN: dict[str, str | float | bool] = {**os.environ, "LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"}
"""The browser's own words (选择文件) follow the environment."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file's name, the account that sees it ("" for the
    public), and the way there.
    """

    name: str
    account: str
    way: Callable[[Page], Any]
    size: str = "desk"


def at(address: str) -> Callable[[Page], Any]:
    """A page with an address of its own."""
    return lambda page: page.goto(address)


def first(address: str, selector: str) -> Callable[[Page], Any]:
    """The page behind the first link of a list."""

    def go(page: Page) -> None:
        page.goto(address)
        with page.expect_navigation():
            page.locator(selector).first.click()

    return go


def dialog(way: Callable[[Page], Any], button: str) -> Callable[[Page], Any]:
    """A page with one of its dialogs open."""

    def go(page: Page) -> None:
        way(page)
        page.get_by_role("button", name=button, exact=True).first.click()
        page.wait_for_selector("dialog[open]")

    return go


def press(page: Page, opens: str, verb: str) -> None:
    """Open a dialog and carry out its act."""
    page.get_by_role("button", name=opens, exact=True).first.click()
    with page.expect_navigation():
        page.locator("dialog[open]").get_by_role("button", name=verb, exact=True).click()


def uploaded_form(page: Page) -> None:
    """A form of a unit nobody knows, read and waiting to be matched."""
    page.goto("/imports")
    page.set_input_files("input[type=file]", FORM)
    page.get_by_role("button", name="上传并预览").click()
    link = page.locator("a[href*='/imports/files/']").first
    link.wait_for(timeout=60_000)
    page.goto(link.get_attribute("href") or "")
    page.locator("summary", has_text="读出").first.click()


def signing(page: Page) -> None:
    """The leader's dialog; the section hands its report in first."""
    page.goto("/report/2021")
    page.get_by_role("button", name="签发", exact=True).first.click()
    page.wait_for_selector("dialog[open]")
    page.fill("dialog[open] [name=number]", "1")


def handed_in(page: Page) -> None:
    """The section's own act before the leader's picture."""
    page.goto("/report/2021")
    if page.get_by_role("button", name="送签", exact=True).count():
        press(page, "送签", "送签")


def instruction(page: Page) -> None:
    """The newest signed report with the dialog for a leader's words."""
    page.goto("/report/2021")
    with page.expect_navigation():
        page.locator("a[href^='/reports/']").first.click()
    page.get_by_role("button", name="登记批示").first.click()
    page.wait_for_selector("dialog[open]")


def signed(page: Page) -> None:
    """The leader's act before the office's picture."""
    signing(page)
    with page.expect_navigation():
        page.locator("dialog[open]").get_by_role("button", name="签发", exact=True).click()


BEFORE: dict[str, tuple[str, Callable[[Page], Any]]] = {
    "signing": ("jixiao", handed_in),
    "instruction": ("lingdao", signed),
}
"""What somebody else does before a picture can be taken."""

PICTURES = (
    Picture("desk", "jixiao", at("/")),
    Picture("filling", "jingban", first("/selfeval", "a[href^='/filling/']")),
    Picture("clerk-phone", "jingban", at("/"), "phone"),
    Picture(
        "rectification", "jingban", first("/rectifications", "tbody a[href^='/rectifications/']")
    ),
    Picture("judging", "yewu", first("/selfeval?only=submitted", "a[href^='/filling/']")),
    Picture("self-evaluations", "yewu", at("/selfeval")),
    Picture("problems", "yewu", at("/findings")),
    Picture(
        "verify",
        "jixiao",
        first("/rectifications?state=replied", "tbody a[href^='/rectifications/']"),
    ),
    Picture("import-file", "jixiao", uploaded_form),
    Picture("monitoring", "jixiao", at("/monitoring")),
    Picture("report", "jixiao", at("/report/2021?write=opening")),
    Picture("watch", "lingdao", at("/watch")),
    Picture("watch-phone", "lingdao", at("/watch"), "phone"),
    Picture("signing", "lingdao", signing),
    Picture("instruction", "bangong", instruction),
    Picture("score-sheet", "jigou", first("/", "a[href^='/reviews/']")),
    Picture("new-user", "xitong", dialog(at("/people/users"), "新增用户")),
    Picture(
        "grant",
        "anquan",
        dialog(first("/people/users?q=经办人甲", "tbody a:text-is('经办人甲')"), "授权"),
    ),
    Picture("trail", "shenji", at("/trail")),
    Picture("evidence", "waishen", at("/trail/packages")),
    Picture("ledger", "guoku", at("/imports/ledgers")),
    Picture("help", "jingban", at("/help")),
    Picture("public", "", at("/open")),
    Picture(
        "public-item-phone",
        "",
        first("/open", "a[href^='/open/']:has(> *), h2 a[href^='/open/']"),
        "phone",
    ),
)


def entered(browser: Any, base: str, account: str, size: str) -> Page:
    """A page of somebody at work, by the demonstration's one click."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, base_url=base, locale="zh-CN"
    )
    context.set_default_timeout(15_000)
    page: Page = context.new_page()
    if account:
        page.goto("/login")
        with page.expect_navigation():
            page.locator(f"button[name=demo][value={account}]").click()
    return page


def shrink(file: Path) -> None:
    """Down to 64 colours, a third of the size: pages have few.
    Needs ImageMagick; without it the picture stays large.
    """
    tool = shutil.which("magick") or shutil.which("convert")
    if tool:
        few = ["+dither", "-colors", "64", "-define", "png:compression-level=9"]
        subprocess.run([tool, str(file), *few, f"PNG8:{file}"], check=True)


def take(browser: Any, base: str, picture: Picture) -> str:
    """Take one picture; why not, where it could not be taken."""
    try:
        if picture.name in BEFORE:
            account, act = BEFORE[picture.name]
            act(entered(browser, base, account, "desk"))
        page = entered(browser, base, picture.account, picture.size)
        picture.way(page)
        page.wait_for_load_state("networkidle")
        if not re.match(
            r"2\d\d$",
            str(page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")),
        ):
            return page.locator("h1").first.inner_text()
        page.screenshot(path=OUT / f"{picture.name}.png")
        shrink(OUT / f"{picture.name}.png")
    except Error as error:
        return str(error).splitlines()[0]
    finally:
        for context in browser.contexts:
            context.close()
    return ""


def main(words: list[str]) -> int:
    """Take all pictures, or those named."""
    base = words[0] if words else "http://127.0.0.1:8000"
    wanted = [one for one in PICTURES if not words[1:] or one.name in words[1:]]
    missed = 0
    with sync_playwright() as playwright:
        path = next(
            filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
        )
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, env=SPOKEN)
        for picture in wanted:
            why = take(browser, base, picture)
            missed += bool(why)
            print(f"{picture.name}：{why or '已拍'}", flush=True)
        browser.close()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
