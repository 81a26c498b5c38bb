"""What does a model folder say about itself, read as plain JSON, without torch?"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probes.errors import AuditError

LARGEST_JSON = 512 * 1024 * 1024


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        AuditError: when the file is missing, is no regular file, is not JSON, or holds something else than an
            object.
    """
    if not path.is_file():
        raise AuditError(
            f"{path} {'is not a file' if path.exists() else 'is missing'}; save the model with "
            f"save_pretrained"
        )
    if path.stat().st_size > LARGEST_JSON:
        raise AuditError(
            f"{path} has {path.stat().st_size:,} bytes; no file of settings is larger than {LARGEST_JSON:,}"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AuditError(f"{path} cannot be read as JSON: {error}; save the model again") from None
    if not isinstance(content, dict):
        raise AuditError(
            f"{path} holds {type(content).__name__} where an object {{…}} is needed; save the model again"
        )
    return content


def class_names(config: Mapping[str, Any], where: Path) -> tuple[str, ...]:
    """The names of the classes in the order of the logits.

    A config without `id2label` has the classes LABEL_0, LABEL_1, … that transformers gives it.

    Raises:
        AuditError: when `id2label` does not name each of two or more classes once.
    """
    names = config.get("id2label")
    if names is None:
        names = _default_names(config, where)
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise AuditError(f'{where}: id2label is {names!r:.200}; write the names as {{"0": "no", "1": "yes"}}')
    wanted = [str(index) for index in range(len(names))]
    if set(names) != set(wanted):
        raise AuditError(
            f"{where}: id2label has the keys {_listed(names)}; they must count from 0 without a gap"
        )
    if len(names) < 2:
        raise AuditError(
            f"{where}: id2label names {len(names)} class(es); an audit needs a classifier of two or more"
        )
    if len(set(names.values())) < len(names):
        raise AuditError(
            f"{where}: id2label gives two classes the same name ({_listed(names.values())}); rename one"
        )
    return tuple(names[index] for index in wanted)


def _default_names(config: Mapping[str, Any], where: Path) -> dict[str, str]:
    number = config.get("num_labels", 2)
    if not isinstance(number, int) or not 0 <= number <= 1_000_000:
        raise AuditError(f"{where}: num_labels = {number!r:.80} is not a number of classes")
    return {str(index): f"LABEL_{index}" for index in range(number)}


def _listed(names: Any) -> str:
    shown = [repr(str(name)) for name in names]
    return ", ".join(shown[:10]) + (f" and {len(shown) - 10} more" if len(shown) > 10 else "")
