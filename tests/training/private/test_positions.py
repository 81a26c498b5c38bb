"""Do positions get one row an example, without a change of what the model computes?"""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from training.private.positions import expanded


@pytest.mark.parametrize("name", ["BERT", "DistilBERT", "RoBERTa", "ELECTRA", "ALBERT", "GPT-2"])
def test_the_model_computes_the_same(tried: ModuleType, rows: Any, name: str) -> None:
    import torch

    module = tried.build(name).eval()
    batch = rows.together(np.arange(5))
    seen: list[Any] = []
    parts = [part for part in module.modules() if isinstance(part, torch.nn.Embedding)]
    with torch.no_grad():
        plain = module(**batch.inputs).logits
        with expanded(module):
            handles = [
                part.register_forward_pre_hook(lambda _, given: seen.append(given[0])) for part in parts
            ]
            inside = module(**batch.inputs).logits
    assert torch.equal(plain, inside)
    assert {len(indices) for indices in seen} == {5}
    assert all(indices.is_contiguous() for indices in seen)
    for handle in handles:
        handle.remove()
    assert not any(part._forward_pre_hooks for part in module.modules())


def test_a_batch_of_one_and_positional_arguments(bag: Any, rows: Any) -> None:
    import torch

    batch = rows.together(np.arange(1))
    with expanded(bag), torch.no_grad():
        assert bag(*batch.inputs.values()).logits.shape == (1, 2)
