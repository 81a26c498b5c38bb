"""`audit doctor`: what is installed, what will be used, what is missing and what brings it?"""

import typer


def doctor() -> None:
    """Tell what is installed, which device and precision will be used, and what is missing."""
    from audit import environment
    from audit.checkup import findings

    here = environment.describe()
    typer.echo(f"assay-audit {environment.tool_version()}, Python {here.python}, {here.platform}")
    for finding in findings():
        mark = "ok     " if finding.found else "missing"
        typer.echo(f"{mark} {finding.what}: {finding.detail}")
        for line in () if finding.found else finding.remedy.splitlines():
            typer.echo(f"        {line}")
