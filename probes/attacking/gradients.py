"""Which tokens of a text would change a model's answer most, by their gradients?"""

from probes.errors import Skip
from probes.types import FloatArray, GradientModel, Model


def needs_gradients(model: Model) -> GradientModel:
    """The same model.

    Raises:
        Skip: when its gradients cannot be taken.
    """
    if not isinstance(model, GradientModel):
        raise Skip("it ranks words by the model's gradients; this model only answers")
    return model


def tokens(model: Model, text: str) -> list[str]:
    """The tokens that the model reads, the special ones included."""
    tokenizer = needs_gradients(model).tokenizer
    return list(tokenizer.convert_ids_to_tokens(tokenizer(text, truncation=True)["input_ids"]))


def embedding_gradient(model: Model, text: str) -> FloatArray:
    """∂L/∂e of the loss L = -log p(decided class) for the embedding e of each token.

    Returns:
        (T, D) one row for each of `tokens`.
    """
    import torch

    asked = needs_gradients(model)
    inputs = asked.tokenizer(text, truncation=True, return_tensors="pt").to(asked.module.device)
    with torch.enable_grad():
        embedded = asked.module.get_input_embeddings()(inputs.pop("input_ids")).detach().requires_grad_()
        logits = asked.module(inputs_embeds=embedded, **inputs).logits
        loss = torch.nn.functional.cross_entropy(logits, logits.argmax(dim=1))
        (gradient,) = torch.autograd.grad(loss, embedded)
    return gradient[0].float().cpu().numpy()  # type: ignore[no-any-return]
