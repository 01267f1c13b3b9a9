"""Measurements: what the program costs against a named baseline, as ratios of one run on one machine.

`python -m benchmarks` runs them all and prints a table for each; `docs/performance.md` tells what was seen. Every way
that is measured runs in a process of its own, so that its time and its peak of memory are its own.
"""
