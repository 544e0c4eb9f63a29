"""Commands with more to them than an analysis and its text; `cli.py` registers them."""
