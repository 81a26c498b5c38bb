"""Mitigations: what can be done in training, or after it, so that groups fare more alike?"""
