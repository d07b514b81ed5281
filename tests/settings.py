"""The product's settings, for tests: neither .env nor the product's own folder touches them."""

import os
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull
for name in ("DEBUG", "PORT", "SITE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "CACHE_URL"):
    os.environ.pop(name, None)
os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))

from config.settings import *  # noqa: E402, F403
from config.settings import STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing

# Real hashing is slow by design; which hash it is changes nothing that a test looks at.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
