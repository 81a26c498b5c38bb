"""The model card of an audit: a page for people, a README with front matter for the Hugging Face hub."""

from reports.card.page import html
from reports.card.prose import Prose
from reports.card.readme import merged

__all__ = ["Prose", "html", "merged"]
"""`Prose` is what the author says; `html` draws the page; `merged` makes the README."""
