"""What works on this machine, and what to do about the rest.

Checks of other packages register under the entry-point group `stetho.checks`, as a function without arguments that
gives `Finding`s.
"""
