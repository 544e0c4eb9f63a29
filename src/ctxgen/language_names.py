"""Languages by what names them: the extension of a file, the ecosystem of a package."""

from __future__ import annotations

from ctxgen.model import Ecosystem

LANGUAGE_OF: dict[Ecosystem, str] = {
    "npm": "JavaScript", "pypi": "Python", "maven": "Java", "nuget": "C#", "go": "Go", "packagist": "PHP", "rubygems": "Ruby", "cargo": "Rust", "hex": "Elixir",
}  # fmt: skip
FAMILIES = {"JavaScript": ("JavaScript", "TypeScript"), "Java": ("Java", "Kotlin", "Scala", "Groovy"), "C#": ("C#", "F#", "Visual Basic")}
"""The languages that an ecosystem's projects can be written in, by the one that it is told by."""
EXTENSIONS = {
    ".py": "Python", ".js": "JavaScript", ".mjs": "JavaScript", ".cjs": "JavaScript", ".jsx": "JavaScript", ".ts": "TypeScript", ".mts": "TypeScript", ".cts": "TypeScript",
    ".tsx": "TypeScript", ".java": "Java", ".kt": "Kotlin", ".scala": "Scala", ".groovy": "Groovy", ".cs": "C#", ".fs": "F#", ".vb": "Visual Basic", ".go": "Go", ".php": "PHP",
    ".rb": "Ruby", ".rs": "Rust", ".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".clj": "Clojure", ".c": "C", ".cc": "C++", ".cpp": "C++", ".swift": "Swift", ".dart": "Dart", ".lua": "Lua",
    ".pl": "Perl", ".vue": "Vue", ".svelte": "Svelte",
}  # fmt: skip
ECOSYSTEM_OF: dict[str, Ecosystem] = {
    ".py": "pypi", ".js": "npm", ".mjs": "npm", ".ts": "npm", ".go": "go", ".php": "packagist", ".rb": "rubygems", ".rs": "cargo", ".java": "maven", ".kt": "maven", ".cs": "nuget", ".ex": "hex",
}  # fmt: skip
"""The ecosystem of a folder without a manifest, by the files that it holds."""
SOURCE_LANGUAGES = {
    ".py": "python", ".js": "script", ".mjs": "script", ".cjs": "script", ".jsx": "script", ".ts": "script", ".mts": "script", ".cts": "script", ".tsx": "script", ".java": "jvm", ".kt": "jvm",
    ".cs": "dotnet", ".go": "golang", ".php": "php", ".rb": "ruby", ".ru": "ruby", ".rs": "rust", ".ex": "elixir", ".scala": "scala",
}  # fmt: skip
"""The packages of `ctxgen.source` that follow the source of files, by extension."""


def extension(path: str) -> str:
    """The extension of a path with its dot, as it is written."""
    return path[path.rfind(".") :]
