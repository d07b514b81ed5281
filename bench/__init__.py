"""Benchmarks: synthetic knowledge bases of any size, and how long the pages take over them."""
