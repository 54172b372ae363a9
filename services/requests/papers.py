"""What is kept encrypted of a request: the application itself, and the words of notices, letters and replies."""

from contracts.base import Contract
from contracts.requests.terms import Application

__all__ = ["Application", "Words"]


class Words(Contract):
    """Words under their Chinese headings."""

    parts: dict[str, str]

    def text(self) -> str:
        """As a person reads it."""
        return "\n\n".join(f"{heading}：{words}" for heading, words in self.parts.items() if words)
