"""Rows that a template is walked for once say what the template would say."""

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.stamps import Stamp

TEMPLATE = "search/_row.html"
FULL = {
    "icon": "<svg></svg>",
    "url": "/incidents/INC-1/",
    "title": "A {curly} <mark>title</mark> of 100 %s",
    "snippet": "{row.title} &amp; more",
    "facts": "<span>SEV1</span>",
    "start_url": "/playbooks/restart/start/",
    "playbooks": "<a>Restart</a>",
    "begins_partial": True,
}


@pytest.mark.parametrize("missing", [[], ["snippet", "begins_partial"], ["start_url", "playbooks"]])
def test_a_row_reads_as_if_the_template_had_been_walked(missing):
    row = FULL | dict.fromkeys(missing, "")
    stamp = Stamp(TEMPLATE)

    for _ in range(2):
        walked = render_to_string(TEMPLATE, {"row": _as_html(row), "csrf_token": "TOKEN"})
        assert stamp(row, "TOKEN") == walked


def test_rows_of_one_look_have_each_their_own_say():
    stamp = Stamp(TEMPLATE)

    first, second = (stamp(FULL | {"url": f"/incidents/INC-{n}/"}, "TOKEN") for n in (1, 2))

    assert "/INC-1/" in first
    assert "/INC-2/" in second
    assert first.replace("INC-1", "INC-2") == second


def test_the_token_is_asked_for_only_where_there_is_a_form():
    class Token:
        asked = False

        def __str__(self):
            self.asked = True
            return "TOKEN"

    token, stamp = Token(), Stamp(TEMPLATE)

    stamp(FULL | {"start_url": ""}, token)
    assert not token.asked
    assert 'value="TOKEN"' in stamp(FULL, token)


def _as_html(row):
    return {name: SafeString(value) if value is not True else value for name, value in row.items()}
