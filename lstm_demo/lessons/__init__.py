"""One file for each lesson, of the same name: its data, its pictures, what its controls compute, its checks."""
