"""ctxgen: the essential context of a backend repository, each statement with the line that proves it."""

__version__ = "0.1.0"
