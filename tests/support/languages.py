"""The language that a browser test runs in: the first one in `make test`, each of them in `make test-full`."""

import pytest

ENGLISH = ["en", pytest.param("zh", marks=pytest.mark.full)]
CHINESE = ["zh", pytest.param("en", marks=pytest.mark.full)]
