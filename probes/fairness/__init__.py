"""Fairness: does the model treat groups alike?"""
