"""Run a journey in Chromium and in Firefox."""

import pytest

in_both_browsers = pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
