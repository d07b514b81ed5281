"""Which tracker a link leads to, however it is dressed up."""

from __future__ import annotations

import pytest

from core.trackers import tracker_of


@pytest.mark.parametrize(
    ("url", "shown", "icon"),
    [
        ("https://github.com/acme/registry/issues/45", "GitHub acme/registry#45", "brand-github"),
        ("https://github.com/acme/registry/pull/7/files", "GitHub acme/registry#7", "brand-github"),
        ("https://www.github.com/acme", "GitHub", "brand-github"),
        ("https://github.example.com/a/b/issues/1", "GitHub a/b#1", "brand-github"),
        ("https://gitlab.com/g/sub/app/-/issues/3", "GitLab g/sub/app#3", "brand-gitlab"),
        ("https://gitlab.example.com/a/-/merge_requests/9", "GitLab a!9", "brand-gitlab"),
        ("https://acme.atlassian.net/browse/OPS-123?focused=1", "Jira OPS-123", "ticket"),
        ("https://jira.example.com/jira/browse/OPS_2-1", "Jira OPS_2-1", "ticket"),
        (
            "https://acme.atlassian.net/jira/software/c/projects/OPS/boards/3?selectedIssue=OPS-77",
            "Jira OPS-77",
            "ticket",
        ),
        (
            "https://acme.atlassian.net/jira/software/c/projects/OPS/issues/OPS-8",
            "Jira OPS-8",
            "ticket",
        ),
        ("https://linear.app/acme/issue/ENG-9/alert-on-expiry", "Linear ENG-9", "ticket"),
        ("https://bitbucket.org/a/b/issues/4/x", "Bitbucket a/b#4", "brand-bitbucket"),
        ("https://trello.com/c/x", "Trello", "brand-trello"),
        ("https://app.asana.com/0/1/2", "Asana", "brand-asana"),
        ("http://bugs.example.org/1", "bugs.example.org", "external-link"),
        ("https://GitHub.com/a/b/issues/1", "GitHub a/b#1", "brand-github"),
    ],
)
def test_a_tracker_is_called_by_its_name_with_the_key_of_the_entry(url, shown, icon):
    found = tracker_of(url)

    assert (str(found), found.icon) == (shown, icon)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com.example.org/a/b/issues/1", "github.com.example.org"),
        ("https://github.com@example.org/a/b/issues/1", "example.org"),
        ("https://notgithub.com/a/b/issues/1", "notgithub.com"),
        ("https://github/a/b/issues/1", "github"),
        ("https://atlassian.net.example.org/browse/OPS-1", "atlassian.net.example.org"),
        ("https://github.com/a/b/issues/1‮", "GitHub"),
        ("https://github.com/<b>/b/issues/1", "GitHub"),
        ("https://github.com/a/b/issues/" + "9" * 40, "GitHub"),
        ("https://github.com/" + "a" * 90 + "/b/issues/1", "GitHub"),
        ("https://jira.example.com/browse/ops-1", "Jira"),
        ("https://jira.example.com/board?selectedIssue=<b>", "Jira"),
        ("https://github.com/a?selectedIssue=OPS-1", "GitHub"),
        ("https://linear.app/a/issue/../x", "Linear"),
    ],
)
def test_what_only_looks_like_one_is_called_by_its_host_or_without_a_key(url, shown):
    assert str(tracker_of(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "",
        "OPS-123",
        "javascript:alert(1)",
        "ftp://example.org/1",
        "https://",
        "https://[::1",
        "//x",
    ],
)
def test_what_is_no_web_address_is_nothing_to_link_to(url):
    assert tracker_of(url) is None
