"""Many people write at once while what they write to is killed again and again."""
