"""Lists in the density that their reader chose."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_choice_is_remembered_and_leads_back_to_the_list(client, ana):
    client.force_login(ana)

    answer = client.post(
        "/profile/density/", {"density": "compact", "back": "/incidents/?sort=oldest"}
    )

    assert (answer.status_code, answer.url) == (302, "/incidents/?sort=oldest")
    assert 'data-density="compact"' in client.get("/incidents/").content.decode()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:1", "a b", ""]
)
def test_it_leads_nowhere_else(client, ana, back):
    client.force_login(ana)

    assert client.post("/profile/density/", {"density": "compact", "back": back}).url == "/"


def test_an_unknown_density_changes_nothing(client, ana):
    client.force_login(ana)

    client.post("/profile/density/", {"density": "tiny", "back": "/"})

    ana.refresh_from_db()
    assert ana.density == "comfortable"
