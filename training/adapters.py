"""Which tensors of the model are trained, and how does an adapter become part of the weights again?

The head for the classes, and whatever else the base did not have, is trained with every adapter.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from probes.errors import AuditError
from training import prefix, prompt
from training.base import Pretrained
from training.plan import Plan
from training.stepping import forget

if TYPE_CHECKING:
    from torch import Tensor

NAME = "default"

RATES: Mapping[str, float] = {"prefix": 1e-2, "prompt": 1e-2}
"""Adapter -> learning rate when none is given, for those that `training.rates` does not know."""

TARGETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lora": {"distilbert": ("q_lin", "v_lin"), "albert": ("query", "value"), "mpnet": ("attn.q", "attn.v")},
    "adalora": {
        "distilbert": ("q_lin", "v_lin"), "albert": ("query", "value"), "mpnet": ("attn.q", "attn.v"),
        "electra": ("query", "value"), "xlm-roberta": ("query", "value"),
    },
    "ia3": {
        "electra": ("key", "value", "output.dense"), "xlm-roberta": ("key", "value", "output.dense"),
        "distilbert": ("k_lin", "v_lin", "ffn.lin2"), "albert": ("key", "value", "ffn_output"),
    },
}  # fmt: skip
"""Adapter -> architecture that PEFT has no defaults for -> layers, chosen as it chooses those of BERT."""

FEEDFORWARD: Mapping[str, tuple[str, ...]] = {
    "electra": ("output.dense",), "xlm-roberta": ("output.dense",), "distilbert": ("ffn.lin2",),
    "albert": ("ffn_output",),
}  # fmt: skip
"""Those of the layers for IA3 whose input is scaled, not their output."""


@dataclass(frozen=True, eq=False)
class Adapter:
    """What there is to do for an adapter during and after training.

    Attributes:
        attach: is given the optimiser, for what has to happen at each of its steps.
        merge: puts what was learned into the weights of the module and takes the adapter off.
        state: what a checkpoint keeps beside the trainable tensors.
        restore: goes on from it.
        save: leaves in the folder of the model what the weights cannot hold.
    """

    attach: Callable[[Any], None] = lambda _: None
    merge: Callable[[], None] = lambda: None
    state: Callable[[], dict[str, Any]] = dict
    restore: Callable[[Mapping[str, Any]], None] = forget
    save: Callable[[Path], None] = lambda _: None


def check(plan: Plan) -> None:
    """Refuse an adapter whose package is not here.

    Raises:
        AuditError: with what to install.
    """
    if plan.adapter in _FROM_PEFT and find_spec("peft") is None:
        raise AuditError(
            f"adapter = {plan.adapter!r} needs the package peft; install it with "
            "`pip install 'assay-audit[adapters]'`, or take head or bitfit"
        )


def filled(plan: Plan) -> Plan:
    """The plan with a learning rate, where its adapter has one here."""
    rate = plan.learning_rate or RATES.get(plan.adapter)
    return plan.model_copy(update={"learning_rate": rate}) if rate else plan


def add(model: Pretrained, plan: Plan, *, steps: int) -> Adapter:
    """Put the adapter of the plan on the model, and freeze what it does not train.

    The model must be on its device already: moved afterwards, the optimiser would have other tensors.

    Raises:
        AuditError: when there is no default for where the adapter goes in this architecture.
    """
    head = _head(model)
    if plan.adapter == "none":
        return Adapter()
    for name, weights in model.module.named_parameters():
        weights.requires_grad_(plan.adapter == "bitfit" and name.endswith("bias"))
    adapter = _TUNERS[plan.adapter](model, plan, steps) if plan.adapter in _TUNERS else Adapter()
    for weights in head:
        weights.requires_grad_(True)  # noqa: FBT003 - torch's signature
    return adapter


def _head(model: Pretrained) -> list["Tensor"]:
    """The tensors outside the encoder, and those that the base did not have: they are random as yet."""
    encoder = model.module.base_model_prefix + "."
    named = model.module.named_parameters()
    head = [weights for name, weights in named if not name.startswith(encoder) or name in model.new]
    if not head:
        raise AuditError(
            f"{model.architecture} has no head that stands apart from its encoder; train it with adapter = "
            "'none'"
        )
    return head


def _lora(model: Pretrained, plan: Plan, steps: int) -> Adapter:  # noqa: ARG001 - the signature of a tuner
    from peft import LoraConfig
    from peft.tuners.lora import LoraModel

    config = LoraConfig(
        r=plan.lora_r,
        lora_alpha=plan.lora_alpha,
        lora_dropout=plan.lora_dropout,
        target_modules=_targets(model, "lora"),
        exclude_modules=_outside(model),
    )
    tuner = _tuned(LoraModel, config, model)
    if plan.method == "private":
        _keep_as_drawn(model, "lora_A")
    return Adapter(merge=lambda: _merge(tuner, model))


def _keep_as_drawn(model: Pretrained, matrix: str) -> None:
    """Leave a random matrix of the adapter untrained.

    LoRA adds B A and begins with B = 0, where A has no gradient: a private step would move A by its noise
    alone, which Adam makes as large as any other step. With A fixed, as in FFA-LoRA (Sun et al. 2024,
    Improving LoRA in privacy-preserving federated learning), what is added is linear in what is trained.
    """
    for name, weights in model.module.named_parameters():
        if matrix in name:
            weights.requires_grad_(False)  # noqa: FBT003 - torch's signature


def _ia3(model: Pretrained, plan: Plan, steps: int) -> Adapter:  # noqa: ARG001 - the signature of a tuner
    from peft import IA3Config
    from peft.tuners.ia3 import IA3Model

    kind = model.module.config.model_type
    config = IA3Config(
        target_modules=_targets(model, "ia3"),
        feedforward_modules=list(FEEDFORWARD[kind]) if kind in FEEDFORWARD else None,
        exclude_modules=_outside(model),
    )
    tuner = _tuned(IA3Model, config, model)
    return Adapter(merge=lambda: _merge(tuner, model))


def _adalora(model: Pretrained, plan: Plan, steps: int) -> Adapter:
    from peft import AdaLoraConfig
    from peft.tuners.adalora import AdaLoraModel

    config = AdaLoraConfig(
        target_r=plan.lora_r,
        init_r=plan.lora_r + -(-plan.lora_r // 2),
        lora_alpha=plan.lora_alpha,
        lora_dropout=plan.lora_dropout,
        target_modules=_targets(model, "adalora"),
        exclude_modules=_outside(model),
        total_step=steps,
        tinit=steps // 10,
        tfinal=3 * steps // 10,
        deltaT=max(1, steps // 100),
    )
    tuner = _tuned(AdaLoraModel, config, model)
    taken = 0

    def straighten(*_: Any) -> None:
        _not_orthogonal(tuner, config.orth_reg_weight).backward()  # type: ignore[no-untyped-call]

    def allocate(*_: Any) -> None:
        nonlocal taken
        taken += 1
        tuner.update_and_allocate(taken)

    def attach(optimizer: Any) -> None:
        # The loss of the method knows nothing of the adapter, so its penalty adds its own gradient; and the
        # importance of ranks is read from gradients, which are gone after the step.
        optimizer.register_step_pre_hook(straighten)
        optimizer.register_step_post_hook(allocate)

    def state() -> dict[str, Any]:
        kept = {name: dict(getattr(tuner.rankallocator, name)) for name in _IMPORTANCE}
        return {"taken": taken, "ranks": config.rank_pattern, **kept}

    def restore(kept: Mapping[str, Any]) -> None:
        nonlocal taken
        taken, config.rank_pattern = kept["taken"], kept["ranks"]
        device = next(model.module.parameters()).device
        for name in _IMPORTANCE:
            moved = {key: tensor.to(device) for key, tensor in kept[name].items()}
            setattr(tuner.rankallocator, name, moved)

    return Adapter(attach, lambda: _merge(tuner, model), state, restore)


def _prompt(model: Pretrained, plan: Plan, steps: int) -> Adapter:  # noqa: ARG001 - as above
    merge = prompt.attach(model, plan.num_virtual_tokens)
    return Adapter(merge=merge, save=lambda folder: prompt.save(folder, model.tokenizer))


def _prefix(model: Pretrained, plan: Plan, steps: int) -> Adapter:  # noqa: ARG001 - as above
    take_off = prefix.attach(model.module, plan.num_virtual_tokens)
    taken: list[Tensor] = []
    return Adapter(merge=lambda: taken.append(take_off()), save=lambda folder: prefix.save(folder, taken[0]))


_TUNERS: Mapping[str, Callable[[Pretrained, Plan, int], Adapter]] = {
    "lora": _lora, "adalora": _adalora, "ia3": _ia3, "prefix": _prefix, "prompt": _prompt,
}  # fmt: skip
_FROM_PEFT = ("lora", "adalora", "ia3")
_IMPORTANCE = ("ipt", "exp_avg_ipt", "exp_avg_unc")


def _targets(model: Pretrained, adapter: str) -> list[str] | None:
    """None leaves the choice to PEFT."""
    found = TARGETS[adapter].get(model.module.config.model_type)
    return list(found) if found else None


def _outside(model: Pretrained) -> list[str]:
    """The layers of the head: they are trained as they are."""
    encoder = model.module.base_model_prefix
    return [name for name, _ in model.module.named_modules() if name and name.partition(".")[0] != encoder]


def _tuned(kind: Any, config: Any, model: Pretrained) -> Any:
    """The layers of the module with an adapter in them; the module itself stays what it is."""
    try:
        with _quiet():
            return kind(model.module, {NAME: config}, NAME)
    except ValueError as error:
        raise AuditError(
            f"{model.architecture} has no known place for {config.peft_type.value.lower()} ({error}); "
            "take head or bitfit"
        ) from None


def _merge(tuner: Any, model: Pretrained) -> None:
    with _quiet():
        tuner.merge_and_unload()
    vars(model.module).pop("peft_config", None)


def _not_orthogonal(tuner: Any, weight: float) -> "Tensor":
    """How far the factors are from orthogonal, times a weight (Zhang et al., 2023, AdaLoRA, equation 4)."""
    import torch

    named = [
        (name, w) for name, w in tuner.model.named_parameters() if ".lora_A." in name or ".lora_B." in name
    ]
    squares = [w @ w.T if ".lora_A." in name else w.T @ w for name, w in named]
    apart = [torch.linalg.matrix_norm(s - torch.eye(len(s), device=s.device)) for s in squares]
    return weight * torch.stack(apart).mean()


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        # GPT-2 keeps its weights transposed; PEFT sees that, sets itself right, and says so.
        warnings.filterwarnings("ignore", message="fan_in_fan_out is set to", category=UserWarning)
        yield
