"""How easily is a decision of the model changed, by what, and for whom?"""
