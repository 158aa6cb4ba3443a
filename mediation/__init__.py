"""Disputes and the 老娘舅 who settle them.  Still to come.

Announces nothing.  Listens to nothing.
"""
