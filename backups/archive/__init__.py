"""The file of a backup: a tar archive that shows when any byte of it has changed.

It knows nothing of databases. `writing` writes one as a stream, `reading` checks one and reads it.
Any `tar` opens it, and `sha256sum -c SHA256SUMS` checks what was unpacked.
"""

from backups.archive.form import Damaged, Newer, NotABackup, Unusable
from backups.archive.reading import Archive, Member
from backups.archive.writing import Writer

__all__ = ["Archive", "Damaged", "Member", "Newer", "NotABackup", "Unusable", "Writer"]
