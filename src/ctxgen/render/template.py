"""A commented `.ctxgen.toml` for a repository: what it does not state, ready to be filled in."""

from __future__ import annotations

from ctxgen.context import Context

_EXAMPLES = {
    "scale.daily_active_users": '"10,000"',
    "scale.peak_load": '"200 requests a second"',
    "scale.availability_target": '"99.9 %"',
    "scale.data_volume": '"500 GB"',
    "security.compliance": '["SOC 2", "GDPR"]',
}


def render(context: Context) -> str:
    """The file: every line of it is a comment until somebody fills it in."""
    tables: dict[str, list[str]] = {}
    for key in context.not_stated:
        table, _, name = key.partition(".")
        tables.setdefault(table, []).append(f"# {name} = " + _EXAMPLES.get(key, "''"))
    out = [
        "# What ctxgen cannot read from this repository, stated by its team. Every value is told as declared, with its line.",
        "",
        "# Files that say nothing of the product, in .gitignore syntax.",
        '# exclude = ["legacy/"]',
        "",
        "# A folder of this repository with detectors of your own, beside .ctxgen/detectors.",
        '# detectors = "tools/detectors"',
        "",
        "# Defaults of options.",
        "# [options]",
        "# budget = 1500",
        '# detail = "standard"   # brief, standard, full',
        '# format = "markdown"   # markdown, xml, text, issue, json',
    ]
    for table, lines in tables.items():
        out += ["", f"# [declared.{table}]", *lines]
    return "\n".join(out) + "\n"
