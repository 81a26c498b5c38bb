"""Do position embeddings see one row for each example, so that gradients can be told apart?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def expanded(module: Any) -> Iterator[None]:
    """Give every embedding inside `module` one row of indices for each example of the batch.

    Encoders look positions up once for the whole batch, with indices of shape (1, L), and add the result to
    every
    example: right for the sum of the gradients, but it leaves one gradient where private training needs one
    for each example. While this context is open, indices of shape (1, L) are repeated to (B, L) at the
    embedding's door; what the model computes does not change. It serves every model, whether it takes
    `position_ids` or not, and lets those alone whose positions already are one row an example, as RoBERTa's
    are.
    """
    from torch import Tensor
    from torch.nn import Embedding

    examples = 1

    def count(_: Any, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        nonlocal examples
        tensors = [value for value in (*arguments, *named.values()) if isinstance(value, Tensor)]
        examples = len(tensors[0]) if tensors else 1

    def repeat(_: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        indices, *rest = arguments
        if indices.ndim == 2 and len(indices) == 1 != examples:
            indices = indices.repeat(examples, 1)
        # Token types are often a view of one row, which ghost clipping cannot reshape.
        return (indices.contiguous(), *rest)

    handles = [module.register_forward_pre_hook(count, with_kwargs=True)]
    embeddings = (layer for layer in module.modules() if isinstance(layer, Embedding))
    handles += [layer.register_forward_pre_hook(repeat) for layer in embeddings]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
