"""How a context is told: one module per format, none of which decides what is true."""
