"""What a repository's documents say of compliance: a word of a fixed list in a sentence of prose.

Only the word is kept.  Headings, links, code, quotations of what a service elsewhere has, and sentences that deny it
or speak of plans are no statement; neither is what ctxgen itself wrote between its markers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Mention
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.tree import File

BEGIN, END = "<!-- ctxgen:begin", "<!-- ctxgen:end"
_WORDS = (
    (re.compile(r"\b(?:GDPR|General Data Protection Regulation)\b"), "GDPR"),
    (re.compile(r"\bHIPAA\b"), "HIPAA"),
    (re.compile(r"\bPCI[ -]?DSS\b"), "PCI DSS"),
    (re.compile(r"\bSOC[ -]?2\b"), "SOC 2"),
    (re.compile(r"\bISO(?:/IEC)?[ -]?27001\b"), "ISO 27001"),
    (re.compile(r"\bFedRAMP\b", re.IGNORECASE), "FedRAMP"),
    (re.compile(r"\bCCPA\b"), "CCPA"),
)
_ANY = (b"GDPR", b"General Data Protection", b"HIPAA", b"PCI", b"SOC", b"ISO", b"FedRAMP", b"FEDRAMP", b"fedramp", b"CCPA")
_DENIED = re.compile(
    r"(?i)\b(?:not?|never|neither|nor|without|cannot|isn't|aren't|doesn't|don't|won't|plan(?:s|ned|ning)?|roadmap|todo|will|would|could|should|may|might|if|"
    r"e\.g|hosted|cloud|managed|enterprise|your (?:own )?(?:responsib|obligation)\w*|consult|legal advice|course|training|test data|example)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[*_`(])")
_MARKUP = re.compile(r"`[^`]*`|!?\[[^\[\]]*\]\([^()]*\)|<[^<>]*>|https?://\S+")


@reads(
    "README", "README.*", "readme.md", "Readme.md", "SECURITY.md", "SECURITY.*", "COMPLIANCE*", "PRIVACY.md", "docs/*.md", "docs/**/*.md", "doc/*.md", "doc/**/*.md",
    contains=_ANY, excludes=("*.png", "*.svg", "*.jpg", "*.gif"),
)  # fmt: skip
def read_compliance_statements(file: File) -> Iterator[Mention]:
    """The first sentence of the document for each word."""
    told: set[str] = set()
    for number, sentence in _sentences(file.lines):
        if _DENIED.search(sentence) or len(sentence.split()) < 4:
            continue
        for pattern, word in _WORDS:
            if word not in told and pattern.search(sentence):
                told.add(word)
                yield Mention(word=name(word), at=file.at(number))


def _sentences(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Sentences of running text and of list items, line by line: one that goes over several lines counts by each."""
    fenced = own = False
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped.startswith(BEGIN):
            own = True
        elif stripped.startswith(END):
            own = False
        elif stripped.startswith(("```", "~~~")):
            fenced = not fenced
        elif not (own or fenced or stripped.startswith(("#", ">", "|", "<!--")) or line.startswith(("    ", "\t")) or not stripped):
            for sentence in _SENTENCE_END.split(_MARKUP.sub(" ", stripped[:2_000])):
                yield number, sentence
