"""The demo district, built through the features' own services.

Announces nothing.  Listens to nothing.
"""
