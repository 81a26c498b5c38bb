"""Fine-tuning: make a model to audit."""
