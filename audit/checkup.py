"""What does this machine have, what will an audit use of it, and what is missing?"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from audit import environment, resources
from probes import attacking
from probes.attacking import corpora, library

REMEDIES = {
    "greenlet": "pip install 'assay-audit[attacks]'",
    "harper-py": "pip install 'assay-audit[attacks]'",
    "lemminflect": "pip install 'assay-audit[attacks]'",
    "nltk": "pip install 'assay-audit[attacks]'",
    "peft": "pip install 'assay-audit[adapters]'",
    "textattack": "pip install 'assay-audit[attacks]' && pip install --no-deps textattack==0.3.11",
}
"""Optional packages and what brings them."""


@dataclass(frozen=True)
class Finding:
    """One thing that is there or not, and the command that brings it, or a line for each thing to bring."""

    what: str
    found: bool
    detail: str
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """Everything that `audit doctor` tells."""
    yield from _packages()
    yield _device()
    yield _precision()
    yield from _resources()
    yield _wordnet()
    yield _stop_words()
    yield from _attacks()
    yield _browser()


def _packages() -> Iterator[Finding]:
    for name in environment.PACKAGES:
        version = environment.installed(name)
        remedy = REMEDIES.get(name, f"pip install {name}")
        yield Finding(name, version is not None, version or "not installed", remedy)


def _device() -> Finding:
    from audit.models.device import choose_device

    return Finding("device", found=True, detail=f"{choose_device('auto')} (`--device` chooses another)")


def _precision() -> Finding:
    native = _native_bfloat16()
    detail = (
        "native: a short timing decides between it and float32" if native else "not native: float32 is used"
    )
    return Finding("bfloat16", found=True, detail=detail)


def _native_bfloat16() -> bool:
    import torch

    if torch.accelerator.is_available():
        return bool(torch.cuda.is_available() and torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"))


def _resources() -> Iterator[Finding]:
    for resource in resources.catalogue():
        path = resources.cached(resource.name)
        yield Finding(
            resource.name, path is not None, str(path or "not fetched"), f"audit fetch {resource.name}"
        )


def _wordnet() -> Finding:
    place = corpora.wordnet()
    detail = str(place or "not found; only attacks by synonyms need it")
    return Finding("wordnet", place is not None, detail, "audit fetch wordnet")


def _stop_words() -> Finding:
    place = corpora.stop_words()
    detail = str(place or "NLTK's are not here; attacks take those of scikit-learn in their place")
    return Finding("stopwords", place is not None, detail, "audit fetch stopwords")


def _attacks() -> Iterator[Finding]:
    """One line for each; without TextAttack one for all, as what brings it is the same."""
    if reason := library.missing():
        yield Finding("attacks", found=False, detail=reason)
        return
    for recipe in attacking.recipes().values():
        lacks = recipe.lacks()
        absent = (f"without a {name}: {why}" for name, why in recipe.options().items() if why)
        detail = "; ".join((recipe.title, *absent))
        yield Finding(f"attack {recipe.name}", not lacks, detail, "\n".join(lacks))


def _browser() -> Finding:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    return Finding(
        "chromium",
        path is not None,
        path or "not installed; only the tests of the report need it",
        "apt-get install chromium",
    )
