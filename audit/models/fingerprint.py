"""Which model was audited? A name can be given twice; the content of its files cannot."""

import hashlib
from pathlib import Path

from audit.models.preflight import SETTINGS, TOKENIZER_FILES
from audit.models.weights import INDEX, weight_files
from training import prefix


def fingerprint(folder: Path) -> str:
    """sha256 over the files that decide what the model answers.

    These are the weights (with their index and prefix), config.json and the tokenizer's files, each as name
    and sha256 of its content, sorted by name. `training.json`, read-me files, pickles and logs do not count,
    and neither does where the folder lies.

    Returns:
        64 hexadecimal digits; two folders with the same digits hold the same model.
    """
    names = {*SETTINGS, *TOKENIZER_FILES, INDEX, prefix.FILE} - {"generation_config.json"}
    there = {path for path in (folder / name for name in names) if path.is_file()}
    files = there | set(weight_files(folder))
    lines = (f"{path.name}\0{_sha256(path)}\n" for path in sorted(files, key=lambda path: path.name))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
