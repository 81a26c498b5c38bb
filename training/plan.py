"""How is a model to be fine-tuned? Every choice of a run in one frozen table, with sensible defaults."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.belonging import Of
from training.split import TEST, TRAIN, VALIDATION

Share = Annotated[float, Field(ge=0, lt=1)]

PRIVATE = Of(method=("private",))
ADVERSARIAL = Of(method=("adversarial",))
CHOOSES = Of(method=("standard", "adversarial"))
LOW_RANK = Of(adapter=("lora", "adalora"))
VIRTUAL = Of(adapter=("prefix", "prompt"))
ATTACKER = Of(attacker=())
TEACHER = Of(teacher=())
GROUP_DRO = Of(mitigation=("group_dro",))


class Plan(BaseModel):
    """The choices of a training run; each is named as its command-line option and its key in a plan file.

    Names are those of transformers' `TrainingArguments` where it has the same thing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    method: Literal["standard", "private", "adversarial"] = Field(
        default="standard", description="How gradients are made: standard, private, adversarial."
    )
    adapter: Literal["none", "head", "bitfit", "lora", "adalora", "ia3", "prefix", "prompt"] = Field(
        default="none",
        description="What is trained: none (all), head, bitfit, lora, adalora, ia3, prefix, prompt.",
    )
    lora_r: Annotated[int, LOW_RANK] = Field(
        default=8, ge=1, description="Rank of lora; of adalora, the mean rank at the end."
    )
    lora_alpha: Annotated[int, LOW_RANK] = Field(
        default=16, ge=1, description="Weight of lora and adalora, times the rank."
    )
    lora_dropout: Annotated[Share, LOW_RANK] = Field(
        default=0.0, description="Dropout of what goes into lora and adalora."
    )
    num_virtual_tokens: Annotated[int, VIRTUAL] = Field(
        default=10, ge=1, description="Tokens that prefix and prompt put before each text."
    )
    learning_rate: float | None = Field(
        default=None, gt=0, description="Peak of the learning rate; left out, that of method and adapter."
    )
    lr_scheduler_type: Literal["linear", "cosine", "constant", "constant_with_warmup"] = Field(
        default="linear", description="After warm-up: linear, cosine, constant_with_warmup; or constant."
    )
    num_train_epochs: int = Field(default=2, ge=1, description="Passes over the training rows, at most.")
    max_steps: int | None = Field(
        default=None, ge=1, description="Steps to take, whatever num_train_epochs says."
    )
    per_device_train_batch_size: int = Field(
        default=32, ge=1, description="Rows that go through the model together."
    )
    gradient_accumulation_steps: int = Field(
        default=1, ge=1, description="Batches whose gradients make one step."
    )
    warmup_steps: Annotated[float, Of(lr_scheduler_type=("linear", "cosine", "constant_with_warmup"))] = (
        Field(default=0.1, ge=0, description="Steps of linear warm-up; below 1, their share of all steps.")
    )
    weight_decay: float = Field(
        default=0.01, ge=0, description="Decoupled weight decay, of matrices only, not of biases and norms."
    )
    max_grad_norm: float = Field(
        default=1.0, ge=0, description="Norm to which the gradient of a step is clipped; 0 is not at all."
    )
    epsilon: Annotated[float | None, PRIVATE] = Field(
        default=None, gt=0, description="Bound that method private keeps, such as 3; the noise follows."
    )
    noise_multiplier: Annotated[float | None, PRIVATE] = Field(
        default=None, gt=0, description="Noise of method private times max_grad_norm, instead of epsilon."
    )
    delta: Annotated[float | None, PRIVATE] = Field(
        default=None, gt=0, lt=1, description="Chance that the bound fails, at most 1/N; left out, 1/(10 N)."
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
    early_stopping_patience: Annotated[int, CHOOSES, Of(validation=())] = Field(
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

    attack: Annotated[Literal["fgm", "pgd", "freelb", "smart"] | None, ADVERSARIAL] = Field(
        default=None, description="How embeddings are perturbed with method adversarial; left out, fgm."
    )
    radius: Annotated[float | None, ADVERSARIAL] = Field(
        default=None,
        gt=0,
        description="Largest perturbation, as a share of the length of a text's embeddings; left out, 0.02.",
    )
    attack_steps: Annotated[int | None, ADVERSARIAL, Of(attack=("pgd", "freelb", "smart"))] = Field(
        default=None, ge=1, description="Steps to a perturbation; left out, 3, for smart 1; fgm takes one."
    )
    attack_clean: Annotated[Share | None, ADVERSARIAL, Of(attack=(None, "fgm", "pgd"))] = Field(
        default=None, description="Chance of a row to stay as it is with fgm and pgd; left out, 0.5."
    )
    attacker: str = Field(
        default="none",
        description="What makes adversarial texts of training rows: none, typos, deepwordbug, pwws, …",
    )
    attacker_share: Annotated[float, ATTACKER] = Field(
        default=0.25, gt=0, le=1, description="Share of the training rows that show an adversarial text."
    )
    attacker_epochs: Annotated[int, ATTACKER] = Field(
        default=1, ge=1, description="Epochs after which adversarial texts are made anew."
    )
    attacker_queries: Annotated[int, ATTACKER] = Field(
        default=60, ge=2, description="Most questions to the model for one adversarial text."
    )
    mitigation: Literal["none", "reweighting", "balanced", "group_dro"] = Field(
        default="none", description="How groups are evened out: none, reweighting, balanced, group_dro."
    )
    group_dro_step_size: Annotated[float, GROUP_DRO] = Field(
        default=0.01, gt=0, description="How fast group_dro turns to the group with the larger loss."
    )
    group_dro_adjustment: Annotated[float, GROUP_DRO] = Field(
        default=0.0,
        ge=0,
        description="How much worse than they look small groups count with group_dro, such as 1; 0 is not.",
    )
    augment: tuple[Literal["counterfactual", "typos", "synonyms"], ...] = Field(
        default=(), description="Changed copies of the training texts: counterfactual, typos, synonyms."
    )
    augment_copies: Annotated[int, Of(augment=("typos", "synonyms"))] = Field(
        default=1, ge=1, description="Copies of each training text with typos, and with synonyms."
    )
    augment_typos: Annotated[float, Of(augment=("typos",))] = Field(
        default=0.1, gt=0, le=1, description="Share of the longer words of a copy that get a typo."
    )
    augment_synonyms: Annotated[float, Of(augment=("synonyms",))] = Field(
        default=0.1, gt=0, le=1, description="Share of the words with a synonym that a copy has replaced."
    )
    temperature: Annotated[float, TEACHER] = Field(
        default=2.0, gt=0, description="Temperature of distillation: the higher, the softer the answers."
    )
    distillation_weight: Annotated[float, TEACHER] = Field(
        default=0.5, ge=0, le=1, description="Weight of the teacher's answers against the labels."
    )

    save_steps: int | None = Field(
        default=None, ge=0, description="Steps between checkpoints; 0 is none; left out, five minutes."
    )
    report_to: Literal["none", "tensorboard", "wandb"] = Field(
        default="none", description="Where the course of training is shown: none, tensorboard, wandb."
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
