"""What can only the author of a model say of it? The content of card.toml."""

from pydantic import BaseModel, ConfigDict, Field

NOT_STATED = "not stated by the author"


class Part(BaseModel):
    """Texts that the author may write; what is left empty is said to be not stated."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Details(Part):
    """What the model is."""

    name: str = Field(default="", description="Name of the model")
    developed_by: str = Field(default="", description="Developed by")
    date: str = Field(default="", description="Date")
    version: str = Field(default="", description="Version")
    license: str = Field(default="", description="License")
    language: str = Field(default="", description="Language")
    citation: str = Field(default="", description="Papers and citation")
    contact: str = Field(default="", description="Where to send questions")


class IntendedUse(Part):
    """What it is for."""

    primary_uses: str = Field(default="", description="Primary intended uses")
    primary_users: str = Field(default="", description="Primary intended users")
    out_of_scope: str = Field(default="", description="Out-of-scope uses")


class Factors(Part):
    """On what its behaviour may depend."""

    relevant: str = Field(default="", description="Relevant factors: groups, instruments, environments")
    evaluation: str = Field(default="", description="Why these factors were evaluated and others not")


class Metrics(Part):
    """How it is measured."""

    choice: str = Field(default="", description="Why these measures")


class EvaluationData(Part):
    """On what it was measured."""

    description: str = Field(default="", description="What the data is")
    motivation: str = Field(default="", description="Why this data")
    preprocessing: str = Field(default="", description="Preprocessing")


class TrainingData(Part):
    """On what it was trained."""

    description: str = Field(default="", description="What the data is")
    preprocessing: str = Field(default="", description="Preprocessing")


class Ethics(Part):
    """Whom it may touch."""

    sensitive_data: str = Field(default="", description="Sensitive data")
    human_life: str = Field(default="", description="Matters central to human life")
    mitigations: str = Field(default="", description="Mitigations")
    risks: str = Field(default="", description="Risks and harms")
    use_cases: str = Field(default="", description="Use cases that are fraught")


class Caveats(Part):
    """What is left to say."""

    caveats: str = Field(default="", description="Caveats")
    recommendations: str = Field(default="", description="Recommendations")


class Prose(Part):
    """What the author says, by section of the card."""

    details: Details = Details()
    intended_use: IntendedUse = IntendedUse()
    factors: Factors = Factors()
    metrics: Metrics = Metrics()
    evaluation_data: EvaluationData = EvaluationData()
    training_data: TrainingData = TrainingData()
    ethics: Ethics = Ethics()
    caveats: Caveats = Caveats()
