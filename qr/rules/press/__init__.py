"""From codes to paper: fonts, canvas, the designs, whole files, and the proof that they read.

Import its modules by name: they load fonts, a PDF engine and a decoder, which only the
worker that prints needs.
"""
