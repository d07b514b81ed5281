"""Parts shared by all interchange files: front matter, headings, and lines in between.

The format is described in docs/interchange.md. Nothing here knows an incident or a playbook.
"""
