#!/usr/bin/env python3
"""Writes the table of settings into docs/operations.md, from finder/settings.py.

Run it with the environment's Python after a change of settings: .venv/bin/python -m scripts.settings_table
"""

from pathlib import Path
from typing import Final

from finder.settings import CHECKOUT, Settings

DOCUMENT: Final = CHECKOUT / "docs" / "operations.md"
START: Final = "<!-- settings -->\n"
END: Final = "<!-- end of settings -->\n"


def settings_table() -> str:
    """Returns the table in Markdown: name of the variable, default, meaning."""
    prefix = Settings.model_config["env_prefix"]
    rows = [
        f"| `{prefix}{name.upper()}` | {_show(field.default)} | {(field.description or '').replace('|', '/')} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows, ""])


def _show(default: object) -> str:
    match default:
        case None | "":
            return "none"
        case bool():
            return "`on`" if default else "`off`"
        case Path():
            return f"`{default.relative_to(CHECKOUT)}` in the checkout"
        case _:
            return f"`{default}`"


def replace_table(document: str) -> str:
    """Returns the document with the present table between its marks."""
    before, _, rest = document.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{settings_table()}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(replace_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
