"""Is a setting that changes nothing a fault, whatever it belongs to?"""

import pytest
from pydantic import BaseModel

from audit.trainer import TrainingConfig
from training.belonging import Of, unused
from training.plan import Plan


class Cake(BaseModel):
    """Icing belongs to a sort of cake, candles to a cake with icing on a birthday."""

    sort: str = "none"
    layers: tuple[str, ...] = ()
    birthday: bool = False


def _sentences(annotation, **given):
    made = type("Made", (Cake,), {"__annotations__": {"icing": annotation}, "icing": None})
    return list(unused(made(icing="sugar", **given)))


def _of(*owners):
    from typing import Annotated

    return Annotated[str | None, *owners]


@pytest.mark.parametrize(
    ("owners", "given", "sentences"),
    [
        ([Of(sort=())], {}, ["icing = 'sugar' does nothing without sort; add --sort, or leave it out"]),
        ([Of(sort=())], {"sort": "carrot"}, []),
        ([Of(sort=("carrot",))], {"sort": "nut"}, ["without sort = 'carrot'; add --sort carrot"]),
        ([Of(sort=("carrot",), layers=("cream",))], {"layers": ("jam", "cream")}, []),
        (
            [Of(sort=("carrot",), layers=("cream",))],
            {"layers": ("jam",)},
            ["--sort carrot or --layers cream"],
        ),
        ([Of(sort=()), Of(birthday=())], {"sort": "nut"}, ["without birthday"]),
        ([Of(sort=()), Of(birthday=())], {"sort": "nut", "birthday": True}, []),
        ([Of(elsewhere=())], {}, []),
    ],
)
def test_a_setting_needs_one_of_its_owners(owners, given, sentences):
    found = _sentences(_of(*owners), **given)
    assert len(found) == len(sentences)
    assert all(part in sentence for part, sentence in zip(sentences, found, strict=True))


def test_what_was_not_given_is_no_fault():
    assert list(unused(Plan())) == []
    assert list(unused(Plan(epsilon=None, attacker="none"))) == []


BELONGING = {
    "temperature": ({"temperature": 3}, {"teacher": "larger"}),
    "distillation_weight": ({"distillation_weight": 0.1}, {"teacher": "larger"}),
    "attacker_share": ({"attacker_share": 0.1}, {"attacker": "typos"}),
    "attacker_epochs": ({"attacker_epochs": 2}, {"attacker": "typos"}),
    "attacker_queries": ({"attacker_queries": 9}, {"attacker": "typos"}),
    "augment_copies": ({"augment_copies": 2}, {"augment": ["typos"]}),
    "augment_typos": ({"augment_typos": 0.2}, {"augment": ["typos"]}),
    "augment_synonyms": ({"augment_synonyms": 0.2}, {"augment": ["synonyms"]}),
    "synonyms": ({"synonyms": "file.json"}, {"augment": ["synonyms"]}),
    "group_dro_step_size": ({"group_dro_step_size": 0.1}, {"mitigation": "group_dro"}),
    "group_dro_adjustment": ({"group_dro_adjustment": 1}, {"mitigation": "group_dro"}),
    "epsilon": ({"epsilon": 3}, {"method": "private"}),
    "noise_multiplier": ({"noise_multiplier": 1}, {"method": "private"}),
    "delta": ({"delta": 1e-5}, {"method": "private"}),
    "radius": ({"radius": 0.1}, {"method": "adversarial"}),
    "attack_steps": ({"attack_steps": 2, "method": "adversarial"}, {"attack": "pgd"}),
    "lora_r": ({"lora_r": 4}, {"adapter": "lora"}),
    "lora_alpha": ({"lora_alpha": 4}, {"adapter": "adalora"}),
    "num_virtual_tokens": ({"num_virtual_tokens": 4}, {"adapter": "prompt"}),
    "warmup_steps": ({"warmup_steps": 0.2, "lr_scheduler_type": "constant"}, {"lr_scheduler_type": "linear"}),
    "early_stopping_patience": ({"early_stopping_patience": 1, "validation": 0}, {"validation": 0.1}),
    "lexicon": ({"lexicon": "terms.toml"}, {"augment": ["counterfactual"]}),
}


@pytest.mark.parametrize("name", BELONGING)
def test_every_option_of_a_part_is_refused_without_it(name):
    given, owner = BELONGING[name]
    rows = {"data": "rows.csv", "out": "model"}
    (told,) = unused(TrainingConfig(**rows, **given))
    assert told.startswith(f"{name} = ")
    assert list(unused(TrainingConfig(**{**rows, **given, **owner}))) == []


def test_a_given_plan_knows_what_was_given():
    """The plan of a configuration does not count the defaults of the others as given."""
    config = TrainingConfig(data="rows.csv", out="model", seed=3)
    assert config.plan.model_fields_set == {"seed"}
