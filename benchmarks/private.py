"""What does a private step cost? Hooks and ghost clipping against a plain step, in one run.

    python benchmarks/private.py [--rows 32] [--tokens 32] [--steps 3]

The model is of the size of MiniLM-L6 (22.7 M weights, random), trained in full in fp32. Each way runs in a
process of its own, so that its peak memory is its own; a first process checks that both ways find the same
clipped sum. Seconds of the processor are compared, which a busy machine changes less than those of the clock.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from training.batches import Batch
from training.private.clipping import accumulate, attached, clipped_sum, release
from training.private.gradients import rehearsal
from training.private.preflight import preflight
from training.private.settings import Mechanism

WAYS = ("plain", "ghost", "hooks")


def model() -> Any:
    """A classifier of the size of MiniLM-L6."""
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
    )
    return BertForSequenceClassification(config)


def batch(rows: int, tokens: int) -> Batch:
    """Random rows of equal length."""
    rng = torch.Generator().manual_seed(0)
    ids = torch.randint(5, 30522, (rows, tokens), generator=rng)
    labels = torch.randint(0, 2, (rows,), generator=rng)
    return Batch(np.arange(rows), {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, labels)


def some(whole: Batch, rows: Any) -> Batch:
    """Some rows of a batch."""
    return Batch(rows, {name: tensor[rows] for name, tensor in whole.inputs.items()}, whole.labels[rows])


def row_loss(logits: Any, given: Batch) -> Any:
    """Cross-entropy of each row."""
    return functional.cross_entropy(logits, given.labels, reduction="none")


def timed(step: Callable[[], None], steps: int) -> list[float]:
    """Processor seconds of each step after one to warm up."""
    seconds = []
    for _ in range(steps + 1):
        began = time.process_time()
        step()
        seconds.append(time.process_time() - began)
    return seconds[1:]


def memory() -> float:
    """Peak memory of this process in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def measure(way: str, rows: int, tokens: int, steps: int) -> dict[str, Any]:
    """Time and memory of one way."""
    module, given = model().train(), batch(rows, tokens)
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-5, fused=True)
    before = memory()
    if way == "plain":

        def plain() -> None:
            row_loss(module(**given.inputs).logits, given).mean().backward()
            optimizer.step()
            optimizer.zero_grad()

        seconds = timed(plain, steps)
    else:
        with attached(
            module,
            optimizer,
            clipping=way,
            max_grad_norm=1.0,
            noise_multiplier=1.0,
            batch_size=rows,  # type: ignore[arg-type]
        ) as engine:

            def private() -> None:
                accumulate(engine, given, row_loss)
                release(engine)

            seconds = timed(private, steps)
    return {"seconds": seconds, "before": before, "peak": memory()}


def parity(rows: int, tokens: int) -> dict[str, Any]:
    """How far the clipped sums of the two ways lie apart, relative; and what the preflight takes."""
    module, given = model().eval(), batch(rows, tokens)
    for part in module.modules():
        part.training = any(True for _ in part.parameters(recurse=False))
    few = some(given, np.arange(8))
    sums = []
    for way in ("ghost", "hooks"):
        with rehearsal(module, clipping=way, max_grad_norm=0.1) as engine:  # type: ignore[arg-type]
            sums.append(torch.cat([s.flatten() for s in clipped_sum(engine, [few], row_loss)]))
    began = time.process_time()
    mechanism = Mechanism(rows, batch_size=rows, max_grad_norm=1.0, noise_multiplier=1.0, delta=1e-3, steps=1)
    optimizer = torch.optim.AdamW(module.parameters())
    cleared = preflight(module, optimizer, lambda chosen: some(given, chosen), row_loss, mechanism)
    return {
        "off": float((sums[0] - sums[1]).norm() / sums[1].norm()),
        "clipping": cleared.clipping,
        "preflight": time.process_time() - began,
    }


def _ask(what: str, options: argparse.Namespace) -> dict[str, Any]:
    numbers = [f"--{name}={getattr(options, name)}" for name in ("rows", "tokens", "steps")]
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), *numbers, "--only", what],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--only", choices=[*WAYS, "parity"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        found = (
            parity(options.rows, options.tokens)
            if options.only == "parity"
            else measure(options.only, options.rows, options.tokens, options.steps)
        )
        print(json.dumps(found))
        return
    same = _ask("parity", options)
    print(
        f"model of 22.7 M weights, full fine-tuning, {options.rows} x {options.tokens} tokens, fp32, "
        f"{torch.get_num_threads()} threads"
    )
    print(f"parity: clipped sums of ghost and hooks without noise are {same['off']:.1e} apart, relative")
    print(f"preflight: {same['preflight']:.1f} s of the processor, chooses {same['clipping']}")
    results = {way: _ask(way, options) for way in WAYS}
    base = min(results["plain"]["seconds"])
    print(f"{'way':<8}{'CPU s':>8}{'times plain':>13}{'peak GB':>9}{'above the model GB':>20}")
    for way, found in results.items():
        best, peak = min(found["seconds"]), found["peak"]
        print(f"{way:<8}{best:>8.2f}{best / base:>13.2f}{peak:>9.2f}{peak - found['before']:>20.2f}")
    if same["off"] > 1e-4:
        sys.exit("the two ways do not agree")


if __name__ == "__main__":
    main()
