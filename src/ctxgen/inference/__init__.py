"""What the facts mean together: one module per part of the context, each a pure function."""
