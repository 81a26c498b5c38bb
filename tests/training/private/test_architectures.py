"""Are the architectures that the docs name trained privately, and is DeBERTa-v2 refused with the reason?"""

from types import ModuleType

import pytest

from probes.errors import AuditError
from training.private.preflight import preflight
from training.private.settings import Mechanism

FAMILIES = ("BERT", "DistilBERT", "RoBERTa", "ELECTRA", "ALBERT", "GPT-2", "DeBERTa-v2")


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("adapter", ["full", "head", "bitfit", "lora"])
def test_docs_say_what_happens(tried: ModuleType, name: str, adapter: str) -> None:
    found = tried.cell(name, adapter)
    assert found == tried.written()[name, adapter]
    assert found in {"ghost", "hooks"} or name == "DeBERTa-v2"


def test_table_has_no_other_rows(tried: ModuleType) -> None:
    assert tuple(tried.ARCHITECTURES) == FAMILIES
    assert set(tried.written()) == {(name, adapter) for name in FAMILIES for adapter in tried.ADAPTERS}


def test_deberta_is_refused_with_the_reason(tried: ModuleType) -> None:
    import torch

    module, rows = tried.build("DeBERTa-v2"), tried.make_rows(8)
    mechanism = Mechanism(8, batch_size=4, max_grad_norm=1.0, noise_multiplier=1.0, delta=1e-2, steps=2)
    with pytest.raises(
        AuditError, match=r"gradient of a row in a batch is not.*rel_embeddings.*relative position"
    ):
        preflight(
            module, torch.optim.SGD(module.parameters(), lr=0.1), rows.together, tried.row_loss, mechanism
        )
