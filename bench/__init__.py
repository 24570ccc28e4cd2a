"""How fast the engine is, against other programs in the same run: `./crm-mail bench` (docs/benchmarks.md)."""
