"""Static files under names that contain a hash of their contents."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Files of libraries are left alone: some mention files that they do not bring.
_IMPORTS_OF_OURS = (
    "js/*.js",
    (
        (
            r"""(?m)^(?P<matched>import(?P<names>[^"';]*) from "(?P<url>\.[^"]+)";)""",
            """import%(names)s from "%(url)s";""",
        ),
    ),
)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also follows the imports between our own JavaScript modules, so that a browser's cache never
    mixes modules of two releases.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, _IMPORTS_OF_OURS)
