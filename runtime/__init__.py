"""Everything a published app needs to run. Imports go downwards only; see docs/developers/architecture.md."""
