"""Targets that Hypothesis and atheris feed with bytes, to find what nobody thought of."""
