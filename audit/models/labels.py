"""What are the classes of a model called? Read without loading it."""

from audit.models.config import class_names, read_object
from audit.models.folder import find


def labels(reference: str) -> tuple[str, ...]:
    """The names of the classes in the order of the probabilities, from config.json alone.

    Raises:
        AuditError: when there is no such model, or its `id2label` is not sane.
    """
    path = find(reference) / "config.json"
    return class_names(read_object(path), path)
