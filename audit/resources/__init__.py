"""Which models and data can be had by name, without a hub?"""

from audit.resources.cache import cached, fetch, resolve
from audit.resources.known import RESOURCES, Resource, catalogue

__all__ = ["RESOURCES", "Resource", "cached", "catalogue", "fetch", "resolve"]
