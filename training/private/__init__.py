"""Differentially private fine-tuning: the weights say almost nothing about any single training row."""
