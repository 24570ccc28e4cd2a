"""The benchmarks: one function each, named as in bench.catalogue. They measure; judging is bench.measuring's."""
