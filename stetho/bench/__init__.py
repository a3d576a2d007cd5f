"""The performance table: our rows, each beside what a user would pick otherwise, timed in the same run.

Benchmarks of other packages register under the entry-point group `stetho.benchmarks`, as a function that gives a tuple
of `Benchmark`.
"""
