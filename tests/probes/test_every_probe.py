"""What holds for every probe, whatever it asks?"""

import math
from dataclasses import replace

import numpy as np
import pytest

from probes.errors import Skip
from probes.registry import discover
from probes.types import Grouping, Measurement, Predictions

ROWS = 120
PARAMETERS = {
    "adverse_impact.bias_audit": {"sex": "gender", "race": "age"},
    "fairness.custom_metric": {"metric": "sklearn.metrics:matthews_corrcoef", "draws": 50},
    "robustness.attacks": {"recipes": ("deepwordbug",), "examples": 10},
}
EVERY = pytest.mark.parametrize("name", sorted(discover()))


@pytest.fixture(scope="module")
def normal(context, word_model):
    rng = np.random.default_rng(7)
    people = np.array(["she", "he", "the film", "Emily", "Jamal"])[rng.integers(5, size=ROWS)]
    texts = [
        f"{person} is {mood} {i}"
        for i, (person, mood) in enumerate(zip(people, rng.choice(["good", "bad"], ROWS), strict=True))
    ]
    model = word_model(0.3, {"good": 0.35, "she": 0.1, "emily": 0.05})
    groups = {
        "gender": rng.choice(["women", "men", "other"], ROWS).tolist(),
        "age": [None if i % 10 == 0 else "old" if i % 3 else "young" for i in range(ROWS)],
    }
    labels = rng.integers(2, size=ROWS).tolist()
    other = context([0, 1] * 20, probabilities=model.predict(texts[:40]), texts=texts[:40], model=model)
    main = context(labels, probabilities=model.predict(texts), groups=groups, texts=texts, model=model)
    return replace(main, shifted={"elsewhere": other})


def _rows(ctx, order):
    """The context with its rows in another order, or fewer of them."""
    s, p = ctx.samples, ctx.predictions
    samples = replace(
        s,
        inputs=[s.inputs[i] for i in order],
        labels=s.labels[order],
        groups={f: Grouping(f, g.names, g.codes[order]) for f, g in s.groups.items()},
        ids=s.ids[order],
    )
    return replace(ctx, samples=samples, predictions=Predictions(p.labels[order], p.probabilities[order]))


def _named(ctx, rename):
    groups = {f: Grouping(f, tuple(map(rename, g.names)), g.codes) for f, g in ctx.samples.groups.items()}
    return replace(ctx, samples=replace(ctx.samples, groups=groups))


def _one_group(ctx):
    groups = {f: Grouping(f, ("all",), np.zeros(len(g.codes), int)) for f, g in ctx.samples.groups.items()}
    return replace(ctx, samples=replace(ctx.samples, groups=groups))


def _one_class(ctx):
    p = ctx.predictions
    labels = np.ones_like(ctx.samples.labels)
    return replace(
        ctx,
        samples=replace(ctx.samples, labels=labels),
        predictions=Predictions(np.ones_like(p.labels), np.tile([0.0, 1.0], (ROWS, 1))),
        model=type(ctx.model)(1.0, {}),
    )


def _no_positive(ctx):
    shifted = {name: replace(other, positive=None) for name, other in ctx.shifted.items()}
    return replace(ctx, positive=None, shifted=shifted)


def _invalid(ctx):
    p = ctx.predictions
    bad = np.arange(ROWS) % 4 == 0
    probabilities = np.where(bad[:, None], np.nan, p.probabilities)
    return replace(ctx, predictions=Predictions(np.where(bad, -1, p.labels), probabilities))


SITUATIONS = {
    "normal": lambda ctx: ctx,
    "one group": _one_group,
    "one class": _one_class,
    "empty": lambda ctx: _rows(ctx, np.array([], dtype=int)),
    "no data": lambda ctx: replace(_rows(ctx, np.array([], dtype=int)), predictions=None),
    "one row": lambda ctx: _rows(ctx, np.array([3])),
    "no labels": lambda ctx: replace(ctx, samples=replace(ctx.samples, labels=None)),
    "no groups": lambda ctx: replace(ctx, samples=replace(ctx.samples, groups={})),
    "no model": lambda ctx: replace(ctx, model=None, samples=replace(ctx.samples, inputs=None)),
    "decisions only": lambda ctx: replace(ctx, predictions=Predictions(ctx.predictions.labels)),
    "no positive class": _no_positive,
    "invalid answers": _invalid,
    "all invalid": lambda ctx: replace(ctx, predictions=Predictions(np.full(ROWS, -1))),
}


def _run(name, ctx):
    """Its findings, or the reason why there are none."""
    try:
        return list(discover()[name](ctx, **discover()[name].complete(PARAMETERS.get(name, {}))))
    except Skip as skip:
        return str(skip)


def _numbers(findings, rename=lambda group: group):
    kept = [f for f in findings if isinstance(f, Measurement)]
    return {
        (m.metric, *sorted((k, rename(v)) for k, v in m.slice.items())): (
            m.value,
            m.low,
            m.high,
            m.n,
            m.standard_error,
        )
        for m in kept
    }


def _same(one, other):
    assert one.keys() == other.keys()
    for key in one:
        assert one[key] == pytest.approx(other[key], abs=1e-9), key


@EVERY
def test_documentation_is_complete(name):
    text = discover()[name].documentation
    assert discover()[name].title.endswith("?")
    missing = [
        word
        for word in ("Range", "How to read", "Undefined", "Needs", "Reference")
        if word.lower() not in text.lower()
    ]
    assert not missing


@EVERY
def test_parameters_have_defaults(name):
    assert discover()[name].complete({}) == discover()[name].parameters().model_dump()


@EVERY
@pytest.mark.parametrize("situation", SITUATIONS)
def test_runs_or_says_why_not(name, situation, normal):
    findings = _run(name, SITUATIONS[situation](normal))
    if isinstance(findings, str):
        assert len(findings) > 20
        return
    measurements = [f for f in findings if isinstance(f, Measurement)]
    assert measurements
    keys = [(m.metric, *sorted(m.slice.items())) for m in measurements]
    assert len(set(keys)) == len(keys)
    for m in measurements:
        numbers = [x for x in (m.value, m.low, m.high, m.standard_error) if x is not None]
        assert all(map(math.isfinite, numbers)), m
        if m.value is not None and m.low is not None:
            assert m.low - 1e-9 <= m.value <= m.high + 1e-9, m


@EVERY
def test_order_of_rows_does_not_matter(name, normal):
    shuffled = _rows(normal, np.random.default_rng(1).permutation(ROWS))
    _same(_numbers(_run(name, normal)), _numbers(_run(name, shuffled)))


@EVERY
def test_names_of_groups_do_not_matter(name, normal):
    names = {n: f"{i} / {n[::-1]}" for g in normal.samples.groups.values() for i, n in enumerate(g.names)}
    renamed = _run(name, _named(normal, names.__getitem__))
    identity = name in (
        "explanations.identity_terms",
        "fairness.counterfactual",
        "fairness.template",
    )  # Their groups are those of a lexicon.
    before = _numbers(_run(name, normal), (lambda g: g) if identity else (lambda g: names.get(g, g)))
    _same(before, _numbers(renamed))


@EVERY
def test_running_twice_gives_the_same(name, normal):
    assert _numbers(_run(name, normal)) == _numbers(_run(name, normal))


@EVERY
def test_every_metric_is_in_the_documentation(name, normal):
    metrics = {f.metric for f in _run(name, normal) if isinstance(f, Measurement)}
    assert discover()[name].metrics
    assert not [metric for metric in metrics if not discover()[name].measures(metric)]
