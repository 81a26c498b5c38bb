"""Augmentation: which further texts may a model be trained on that say the same?"""
