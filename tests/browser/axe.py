"""Ask axe-core about a page."""

from __future__ import annotations

from playwright.sync_api import Page


def run_axe(page: Page, axe_script: str) -> list[str]:
    """Return what axe-core finds wrong, one line for each element; all its rules, best practices too.

    The script goes in through the debugger, so that the page keeps its own policy.
    """
    page.evaluate(axe_script)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [f"{one['id']}: {one['help']}: {' '.join(node['target'])}" for one in found for node in one["nodes"]]
