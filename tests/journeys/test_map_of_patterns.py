"""The map of patterns as a picture: what it shows can be chosen, on a phone as well."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

COLOURS = """() => {
    const canvas = document.querySelector(".map-picture canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 200 && Math.abs(data[at] - data[at + 1]) > 60) coloured += 1;
    return coloured;
}"""


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_it_fits_the_screen_and_keeps_its_colours_where_nothing_moves(
    width, enter, administrator, site
):
    page = enter(administrator)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{site}/patterns/map/")
    expect(page.locator(".map-picture canvas")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('.map-picture canvas').clientWidth") <= width
    assert page.evaluate(COLOURS) > 100


def test_on_a_phone_a_square_leads_to_its_playbook_and_a_name_to_its_pattern(
    enter, administrator, site
):
    page = enter(administrator)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/patterns/map/")
    picture = page.locator(".map-picture")
    # The table lists what the picture shows, in the same order.
    first = page.locator(".map-table tbody tr").first
    pattern = first.locator("th a").get_attribute("href")
    playbook = first.locator("td").last.get_by_role("link").first.get_attribute("href")

    picture.click(position={"x": 272, "y": 95})
    expect(page).to_have_url(re.compile(re.escape(playbook)))

    page.go_back()
    expect(picture.locator("canvas")).to_be_visible()
    picture.click(position={"x": 120, "y": 62})
    expect(page).to_have_url(re.compile(re.escape(pattern)))
