"""How is a model to be fine-tuned? Every choice of a run in one frozen table, with sensible defaults."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.split import TEST, TRAIN, VALIDATION

Share = Annotated[float, Field(ge=0, lt=1)]


class Plan(BaseModel):
    """The choices of a training run; each is named as its command-line option and its key in a plan file.

    Names are those of transformers' `TrainingArguments` where it has the same thing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    learning_rate: float = Field(default=5e-5, gt=0, description="Peak of the learning rate.")
    num_train_epochs: int = Field(default=2, ge=1, description="Passes over the training rows, at most.")
    per_device_train_batch_size: int = Field(default=32, ge=1, description="Rows of a step on each device.")
    warmup_steps: float = Field(
        default=0.1, ge=0, description="Steps of linear warm-up; below 1, their share of all steps."
    )
    weight_decay: float = Field(
        default=0.01, ge=0, description="Decoupled weight decay, of matrices only, not of biases and norms."
    )
    max_grad_norm: float = Field(
        default=1.0, gt=0, description="Norm to which the gradient of a step is clipped."
    )
    label_smoothing_factor: Share = Field(
        default=0.0, description="Share of a label given to all classes alike."
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = Field(
        default=None, description="Dropout while training; left out, what the base model has."
    )
    max_length: int = Field(
        default=256, ge=4, description="Tokens of a text that the model sees; the rest is cut."
    )
    early_stopping_patience: int = Field(
        default=2, ge=1, description="Epochs without a lower validation loss after which training stops."
    )
    validation: Share = Field(default=0.05, description="Share of the rows that chooses the best epoch.")
    test: Share = Field(default=0.2, description="Share of the rows held out for the audit.")
    split_seed: int = Field(
        default=0, ge=0, description="Seed of the split into training, validation and test rows."
    )
    seed: int = Field(
        default=0, ge=0, description="Seed of the new weights, the order of the rows and dropout."
    )
    device: str = Field(
        default="auto", pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$", description="auto, cpu, cuda, cuda:1, mps."
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        default="auto", description="auto (on a CPU chosen by a short timing), fp32, bf16, fp16 (CUDA only)."
    )

    @property
    def fractions(self) -> dict[str, float]:
        """The share of the rows in each split."""
        return {
            TRAIN: round(1 - self.validation - self.test, 12),
            VALIDATION: self.validation,
            TEST: self.test,
        }

    @model_validator(mode="after")
    def _leaves_rows_to_train_on(self) -> "Plan":
        if self.validation + self.test >= 1:
            raise ValueError(
                f"validation = {self.validation} and test = {self.test} leave no rows to train on; lower one"
            )
        return self
