"""Which models and data can be had by name, without a hub?"""

from audit.resources.cache import cached, fetch, resolve
from audit.resources.corpora import CORPORA, Corpus
from audit.resources.known import RESOURCES, Resource, catalogue

__all__ = ["CORPORA", "RESOURCES", "Corpus", "Resource", "cached", "catalogue", "fetch", "resolve"]
