"""Libraries that we are measured against and never depend on: each in an environment and a process of its own.

They are called by the examples of their own documentation. Nothing here is imported by the product, and pyPCG, which is
GPL, is neither imported nor read.
"""
