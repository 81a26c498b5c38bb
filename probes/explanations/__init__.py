"""Probes that ask what the model looks at, and whether that can be believed."""
