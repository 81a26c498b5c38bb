"""Which tokens does attention, followed through the layers, lead to? A baseline to compare with."""

from typing import TYPE_CHECKING

from probes.attribution.encoding import differentiable
from probes.attribution.function import Batch, Function, odds
from probes.attribution.local import each_batch
from probes.attribution.memory import remembered
from probes.attribution.methods import Request, Scores
from probes.attribution.precision import functions, unfused
from probes.errors import Skip

if TYPE_CHECKING:
    from torch import Tensor

_CLOSED = "{} does not give its attention and its last hidden states away"


def attention_rollout(request: Request) -> list[Scores]:
    """Attention multiplied through the layers, half of each layer's input staying where it is.

    Abnar and Zuidema (2020), Quantifying Attention Flow in Transformers, section 3. They look at one
    position; here each position counts by the length of the output's gradient there, which is the class token
    of BERT, the last token of GPT-2, and all of a model that takes a mean. The scores have no sign and do not
    depend on the class beyond that.

    Raises:
        Skip: when the module does not give its attention away.
    """
    from transformers import PreTrainedModel

    if not isinstance(differentiable(request.model).module, PreTrainedModel):
        raise Skip(_CLOSED.format(type(differentiable(request.model).module).__name__))
    module = remembered(request.model, "unfused", lambda: unfused(differentiable(request.model).module))
    exact = functions(request.model).exact
    return each_batch(Function(module, exact.tokenizer, exact.budget, exact.pads), request, _rolled)


def _rolled(function: Function, batch: Batch, embeddings: "Tensor") -> "Tensor":
    """(B, L) how much of each token arrives at the positions that the output is read from."""
    import torch

    answer = function.answer(embeddings, batch.inputs, output_attentions=True, output_hidden_states=True)
    if not answer.attentions or answer.attentions[0] is None or not answer.hidden_states:
        raise Skip(_CLOSED.format(type(function.module).__name__))
    outputs = odds(answer.logits, batch.targets)
    (gradient,) = torch.autograd.grad(outputs.sum(), answer.hidden_states[-1], allow_unused=True)
    if gradient is None:
        raise Skip(_CLOSED.format(type(function.module).__name__))
    flow: Tensor = gradient.norm(dim=-1)
    flow = flow / flow.sum(dim=1, keepdim=True).clamp_min(torch.finfo(flow.dtype).tiny)
    for attention in reversed(answer.attentions):
        if attention.dim() != 4 or attention.shape[2] != flow.shape[1] or attention.shape[3] < flow.shape[1]:
            raise Skip(_CLOSED.format(type(function.module).__name__))
        # Virtual tokens of a prefix come first; what goes to them goes to no word.
        mean = attention.detach().mean(dim=1)[:, :, -flow.shape[1] :]
        flow = (flow + torch.einsum("bq,bqk->bk", flow, mean)) / 2
    return flow
