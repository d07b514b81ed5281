"""The page of components, and what components show for what is not recorded."""

import pytest

from core.templatetags import ui


@pytest.mark.django_db
def test_administrators_see_every_component_in_both_themes(client, omar):
    client.force_login(omar)

    page = client.get("/components/").content.decode()

    assert page.count("the quick brown fox") == 2 * 9
    for value in (*ui.TONES, *ui.STATES):
        assert page.count(f">{value}</span>") >= 2, value


@pytest.mark.django_db
def test_others_do_not(client, ana):
    client.force_login(ana)

    assert client.get("/components/").status_code == 403


def test_a_severity_that_is_not_recorded_is_a_dash_with_words_for_those_who_listen():
    shown = ui.badge("unknown", "Severity not recorded")

    assert '<span aria-hidden="true">–</span>' in shown
    assert 'title="Severity not recorded"' in shown
    assert '<span class="visually-hidden">Severity not recorded</span>' in shown
