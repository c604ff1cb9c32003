"""The builder's routes: for now the JSON API of definitions and packages."""
