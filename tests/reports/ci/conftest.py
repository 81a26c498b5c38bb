"""Strings that attack what builds read, and a record that has them in every place of a verdict."""

import pytest

from reports.record import ProbeResult, Verdict

# What means something to a runner, to Markdown, to XML or to SARIF.
MARKUP = (
    "::error::{}",
    "\n::stop-commands::x\n{}",
    "\r\n::set-output name=x::{}",
    "##[add-mask]{}",
    "%0A::warning::{}",
    "a,file=x::{}",
    "| {} |\n|---|",
    "\n# {}",
    "[{}](http://owned.invalid)",
    "![{}](http://owned.invalid/x.png)",
    "<http://owned.invalid/{}>",
    "http://owned.invalid/{}",
    "www.owned.invalid/{}",
    "@{}",
    "`{}`",
    "```\n{}\n```",
    "**{}**",
    "\n\n---\n{}",
    "\n- {}",
    "\n1. {}",
    "    {}",
    "&lt;{}&gt;",
    "]]>{}",
    "<![CDATA[{}]]>",
    "<!DOCTYPE x>{}",
    "{}\x00\x08\x0b\x1f",
    "{}\ufffe\uffff",
    "[link](1){}",
    "{{0}} {}",
    "\\[{}\\]",
    "${{{{ {} }}}}",
    "#1 {}",
    ":tada: {}",
)
WORDS = (
    "alert(1)",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table>",
    "x|y",
    "naïve 漢字",
    "",
    " ",
    "x" * 20_000,
)


@pytest.fixture(scope="session")
def words(hostile):
    """Over 500 different strings."""
    made = (way.format(word) for way in MARKUP for word in WORDS)
    return tuple(dict.fromkeys((*hostile.corpus(), *made)))


@pytest.fixture(scope="session")
def attacked(sample, words):
    """A record with a verdict and a crashed probe for each string, which stands in all their parts."""
    verdicts = tuple(
        Verdict(
            gate=w,
            outcome=("fail", "undecided", "pass")[i % 3],
            reason=w,
            probe=w,
            metric=w,
            slice={w: w, "group": w},
            limit=0.1,
            at_most=True,
            value=0.2,
        )
        for i, w in enumerate(words)
    )
    results = tuple(
        ProbeResult(probe=w, version=1, title=w, status=("failed", "skipped")[i % 2], reason=w)
        for i, w in enumerate(words)
    )
    full = sample.full()
    return full.model_copy(
        update={
            "verdicts": verdicts,
            "results": results,
            "model": full.model.model_copy(update={"reference": words[1]}),
            "data": full.data.model_copy(update={"source": words[2]}),
        }
    )
