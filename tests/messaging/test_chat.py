"""Messages as chat: what each service receives, and what becomes of what it does not take."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core.errors import DomainError
from messaging import chat, delivery, guard, operations
from messaging.composing import Letter
from messaging.delivery import Outcome
from messaging.models import Channel, Message
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LINK = "https://nt.example.com/action-items/1/"
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
DISCORD = "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
TEAMS = (
    "https://prod-1.westeurope.logic.azure.com:443/workflows/643e69f83c8944438d68119179a10a64"
    "/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun"
    "&sv=1.0&sig=KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A"
)


@pytest.fixture
def ana(ana):
    ana.digest_by = "chat"
    ana.save()
    return ana


def channel(person, kind: str, address: str) -> Channel:
    return operations.add_channel(kind=kind, name="Room", address=address, by=person, at=NOON)


def write(person, key="note:1") -> Message:
    return operations.write(key=key, topic="note", day=NOON.date(), at=NOON, recipient=person)


def tick(after: timedelta = timedelta()) -> list[Outcome]:
    now = NOON + after
    return list(delivery.deliver(delivery.due(now), clock=lambda: now).values())


# --- what they receive --------------------------------------------------------------------------


def test_slack_receives_text_with_links_of_its_own(ana, internet):
    channel(ana, "slack", SLACK)
    write(ana)

    assert tick() == [Outcome.SENT]

    [posted] = internet.posted
    assert posted.host == "hooks.slack.com"
    assert posted.path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    said = json.dumps(posted.body)
    assert "2 overdue" in said
    assert f"<{LINK}|Rotate the secret>" in said


def test_discord_receives_markdown_and_calls_nobody(ana, internet):
    channel(ana, "discord", DISCORD)
    write(ana)

    assert tick() == [Outcome.SENT]

    [posted] = internet.posted
    assert (posted.host, posted.path.partition("?")[0]) == (
        "discord.com",
        "/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    )
    said = json.dumps(posted.body, ensure_ascii=False)
    assert f"[Rotate the secret]({LINK})" in said
    assert "2 overdue" in said
    assert "@everyone" not in said


def test_what_is_too_long_for_discord_arrives_in_parts_none_of_which_cuts_a_line(ana, internet):
    room = channel(ana, "discord", DISCORD)
    lines = [f"- [Promise {number}](https://example.com/{number}/)" for number in range(190)]
    letter = Letter(subject="190 overdue", text="", html="", chat="\n".join(lines), url=LINK)

    chat.send(room, letter)

    said = [json.dumps(posted.body) for posted in internet.posted]
    assert len(said) > 1
    assert all(any(line[2:] in part for part in said) for line in lines)


@pytest.mark.parametrize(
    ("kind", "address", "fewest"), [("discord", DISCORD, 2), ("msteams", TEAMS, 1)]
)
def test_what_may_be_done_about_something_stays_with_what_it_is(
    ana, internet, kind, address, fewest
):
    room = channel(ana, kind, address)
    titles = [f"Promise {number}" for number in range(10)]
    lines = [f"- **{title}**\n  [Done of {title}](https://x.org/{'a' * 600}/)" for title in titles]
    letter = Letter(subject="10 overdue", text="", html="", chat="\n\n".join(lines), url=LINK)

    chat.send(room, letter)

    said = [json.dumps(posted.body) for posted in internet.posted]
    assert len(said) == fewest
    assert ["10 overdue" in part for part in said] == [True, *[False] * (fewest - 1)]
    for title in titles:
        [part] = [part for part in said if f"**{title}**" in part]
        assert f"[Done of {title}]" in part


def test_teams_receives_an_adaptive_card(ana, internet):
    channel(ana, "msteams", TEAMS)
    write(ana)

    assert tick() == [Outcome.SENT]

    [posted] = internet.posted
    assert posted.host == "prod-1.westeurope.logic.azure.com"
    assert "sig=KODuebWbDGYFr0z0eu-6Rj8aUKz7108W3wrNJZxFE5A" in posted.path
    [attachment] = posted.body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    said = json.dumps(attachment["content"]["body"])
    assert "2 overdue" in said
    assert f"[Rotate the secret]({LINK})" in said


@pytest.mark.parametrize("prefix", ["", "/chat"])
def test_mattermost_receives_markdown(ana, receiver, prefix):
    channel(ana, "mattermost", f"{receiver.url}{prefix}/hooks/3ccdd113474722377935511fc85d3dd4")
    write(ana)

    assert tick() == [Outcome.SENT]

    [posted] = receiver.posted
    assert posted.path == f"{prefix}/hooks/3ccdd113474722377935511fc85d3dd4"
    assert posted.body["text"].startswith("# 2 overdue\n")
    assert f"**[Rotate the secret]({LINK})**" in posted.body["text"]
    assert "@everyone" not in posted.body["text"]
    assert "icon_url" not in posted.body


def test_a_webhook_receives_title_and_text(ana, receiver):
    channel(ana, "webhook", f"{receiver.url}/in?token=a-secret&x=1")
    write(ana)

    assert tick() == [Outcome.SENT]

    [posted] = receiver.posted
    assert posted.path == "/in?token=a-secret&x=1"
    assert posted.body["title"] == "2 overdue"
    assert LINK in posted.body["message"]


def test_another_service_is_for_administrators(ana, omar):
    with pytest.raises(operations.NotYours):
        channel(ana, "other", "ntfys://ntfy.example.com/topic")
    assert channel(omar, "other", "ntfys://ntfy.example.com/topic").kind == "other"


# --- which addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("slack", "https://evil.example.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7F"),
        ("slack", "http://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"),
        ("slack", "https://hooks.slack.com/nothing"),
        ("slack", "https://hooks.slack.com@evil.example.com/services/T1/A1/TI"),
        ("discord", "https://discord.com.evil.example.com/api/webhooks/1/abc"),
        ("mattermost", "https://chat.example.org/"),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "gopher://example.com/"),
        ("webhook", "https://"),
        ("webhook", "https://[::1"),
        ("webhook", "https://example.com:99999999/"),
        ("other", "file:///etc/passwd"),
        ("other", "syslog://"),
        ("other", "dbus://"),
        ("other", "jsons://example.com/"),
        ("other", "python://run-this"),
    ],
)
def test_what_is_no_address_of_its_kind_is_refused_and_not_repeated(omar, kind, address):
    with pytest.raises(chat.BadAddress) as refused:
        channel(omar, kind, address)

    secret = address.rpartition("/")[2]
    assert not secret or secret not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"),  # noqa: S104
        *("192.168.1.1", "2130706433", "100.64.0.1"),
    ],
)
def test_nothing_is_posted_to_the_machines_beside_us(ana, receiver, settings, host):
    port = receiver.url.rpartition(":")[2]
    settings.CHANNEL_PRIVATE_HOSTS = ["0.0.0.0/0", "::/0"]
    room = channel(ana, "webhook", f"http://{host}:{port}/")
    settings.CHANNEL_PRIVATE_HOSTS = []

    with pytest.raises((guard.PrivateAddress, chat.ChannelFailed)):
        operations.test_channel(room, by=ana, at=NOON)

    assert receiver.posted == []


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("webhook", "http://localhost:8000/"),
        ("webhook", "http://169.254.169.254/latest/"),
        ("webhook", "https://[::1]/"),
        ("webhook", "https://2130706433/"),
        ("mattermost", "https://10.0.0.1/hooks/3ccdd113474722377935511fc85d3dd4"),
        ("other", "ntfys://192.168.1.1/topic"),
        ("other", "gotify://localhost/AbCdEf123456789"),
    ],
)
def test_the_address_of_a_machine_beside_us_is_refused_when_it_is_added(
    omar, settings, monkeypatch, kind, address
):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    settings.CHANNEL_PRIVATE_HOSTS = []

    with pytest.raises(guard.PrivateAddress, match="can allow its host"):
        channel(omar, kind, address)

    settings.CHANNEL_PRIVATE_HOSTS = ["0.0.0.0/0", "::/0"]
    assert channel(omar, kind, address).pk


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("webhook", "https://93.184.216.34/in"),
        ("webhook", "https://no.such.host.invalid/in"),
        ("other", "ntfys://a-topic-of-ours"),
    ],
)
def test_what_may_be_on_the_internet_is_kept(omar, settings, kind, address):
    settings.CHANNEL_PRIVATE_HOSTS = []

    assert channel(omar, kind, address).pk


def test_what_a_proxy_connects_to_is_left_to_it(ana, settings, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "")
    settings.CHANNEL_PRIVATE_HOSTS = []

    assert channel(ana, "webhook", "https://10.0.0.1/in").pk


def test_a_redirect_is_not_followed(ana, receiver):
    receiver.status, receiver.location = 307, f"{receiver.url}/elsewhere"
    channel(ana, "webhook", f"{receiver.url}/in")
    write(ana)

    assert tick() == [Outcome.FAILED]
    assert [posted.path for posted in receiver.posted] == ["/in"]


@pytest.mark.parametrize(
    ("allowed", "host", "passes"),
    [
        ([], "93.184.216.34", True),
        ([], "10.1.2.3", False),
        (["10.1.0.0/16"], "10.1.2.3", True),
        (["10.1.0.0/16"], "10.2.2.3", False),
        (["localhost"], "127.0.0.1", True),
        ([], "2606:2800:220:1:248:1893:25c8:1946", True),
        ([], "fe80::1%eth0", False),
        ([], "::ffff:127.0.0.1", False),
        ([], "224.0.0.1", False),
        (["no.such.host.invalid"], "10.1.2.3", False),
        ([], "0.0.0.0", False),  # noqa: S104 - it is refused
        ([], "0.1.2.3", False),
        ([], "100.64.0.1", False),
        ([], "169.254.169.254", False),
        ([], "192.0.0.170", False),
        ([], "255.255.255.255", False),
        # Spellings that the system would understand are no addresses at all.
        ([], "0177.0.0.1", False),
        ([], "0x7f000001", False),
        ([], "2130706433", False),
        ([], "127.1", False),
        ([], "::", False),
        ([], "::1", False),
        ([], "ff02::1", False),
        ([], "ff0e::1", False),
        ([], "fd00::1", False),
        ([], "fec0::1", False),
        ([], "2001:db8::1", False),
        # IPv4 written in IPv6.
        ([], "::ffff:93.184.216.34", True),
        ([], "::ffff:0:10.1.2.3", False),
        ([], "::10.1.2.3", False),
        ([], "::7f00:1", False),
        # NAT64, 6to4, Teredo, ISATAP.
        ([], "64:ff9b::10.1.2.3", False),
        ([], "64:ff9b::a9fe:a9fe", False),
        ([], "64:ff9b::93.184.216.34", True),
        ([], "64:ff9b:1::93.184.216.34", False),
        ([], "64:ff9b:1::10.1.2.3", False),
        ([], "2002:a01:203::1", False),
        ([], "2002:7f00:1::", False),
        ([], "2002:5db8:d822::1", True),
        ([], "2001:0:5db8:d822::f5ff:fffe", False),
        ([], "2606:2800:220:1::5efe:10.1.2.3", False),
        ([], "2606:2800:220:1:200:5efe:10.1.2.3", False),
        ([], "fe80::5efe:93.184.216.34", False),
        (["10.1.0.0/16"], "64:ff9b::10.1.2.3", True),
        (["10.1.0.0/16"], "2002:a01:203::1", True),
        (["64:ff9b:1::/48"], "64:ff9b:1::10.1.2.3", True),
    ],
)
def test_which_machines_may_be_posted_to(settings, allowed, host, passes):
    settings.CHANNEL_PRIVATE_HOSTS = allowed

    assert guard.is_allowed(host) is passes


@pytest.mark.parametrize(
    "host",
    ["0177.0.0.1", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]", "[64:ff9b::a00:1]"],
)
def test_another_spelling_of_a_private_address_is_refused_when_it_is_typed(ana, settings, host):
    settings.CHANNEL_PRIVATE_HOSTS = []

    with pytest.raises(DomainError):
        channel(ana, "webhook", f"https://{host}/in")


def test_a_name_that_leads_elsewhere_when_it_is_connected_to_is_refused(ana, settings, receiver):
    """The address of a name may change after it was typed."""
    room = channel(ana, "webhook", f"{receiver.url}/in")
    write(ana)
    settings.CHANNEL_PRIVATE_HOSTS = []

    assert tick() == [Outcome.FAILED]

    room.refresh_from_db()
    assert "not on the public Internet" in room.last_error
    assert receiver.posted == []


# --- when they fail -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410, 403, 400])
def test_an_address_that_is_gone_is_given_up_at_once_and_a_mail_goes_instead(
    ana, receiver, mailoutbox, status
):
    room = channel(ana, "webhook", f"{receiver.url}/in")
    message = write(ana)
    receiver.status = status

    assert tick() == [Outcome.FAILED]
    assert tick() == [Outcome.SENT]

    room.refresh_from_db()
    message.refresh_from_db()
    assert not room.is_active
    assert str(status) in room.last_error
    assert message.state == "failed"
    [mail] = mailoutbox
    assert mail.to == ["ana@example.com"]
    assert Message.objects.get(instead_of=message).route == "mail"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_tried_for_half_an_hour_then_a_mail_goes_once(
    ana, receiver, mailoutbox, status
):
    room = channel(ana, "webhook", f"{receiver.url}/in")
    message = write(ana)
    receiver.status = status

    for minutes in range(120):
        tick(minutes * MINUTE)

    message.refresh_from_db()
    room.refresh_from_db()
    ana.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 6)
    assert message.failed_at == NOON + 31 * MINUTE
    assert room.is_active
    assert room.failing_since == NOON
    assert len(mailoutbox) == 1
    assert ana.unread == 1


def test_a_service_that_recovers_is_working_again(ana, receiver, mailoutbox):
    room = channel(ana, "webhook", f"{receiver.url}/in")
    write(ana)
    receiver.status = 503
    tick()
    receiver.status = 200

    assert tick(MINUTE) == [Outcome.SENT]

    room.refresh_from_db()
    assert (room.failing_since, room.last_error, room.last_ok_at) == (None, "", NOON + MINUTE)
    assert mailoutbox == []


def test_a_channel_is_not_to_blame_for_what_cannot_be_said(ana, receiver):
    room = channel(ana, "webhook", f"{receiver.url}/in")
    operations.write(key="1", topic="unheard_of", day=NOON.date(), at=NOON, recipient=ana)

    assert tick() == [Outcome.FAILED]

    room.refresh_from_db()
    assert room.failing_since is None


def test_a_service_that_hangs_is_not_waited_for(ana, receiver):
    channel(ana, "webhook", f"{receiver.url}/in")
    write(ana)
    receiver.delay = 6

    assert tick() == [Outcome.FAILED]
    assert "in time" in Message.objects.get().last_error


def test_what_waits_for_a_channel_that_is_removed_goes_by_mail(ana, receiver, mailoutbox):
    room = channel(ana, "webhook", f"{receiver.url}/in")
    write(ana)
    operations.remove_channel(room, by=ana, at=NOON)

    assert tick() == [Outcome.FAILED]
    assert tick() == [Outcome.SENT]
    assert len(mailoutbox) == 1


def test_without_an_address_it_stays_in_the_inbox(ana, receiver):
    ana.email = ""
    ana.save()
    channel(ana, "webhook", f"{receiver.url}/in")
    write(ana)
    receiver.status = 410

    tick()

    assert tick() == [Outcome.SENT]
    assert Message.objects.inbox_of(ana).get().route == "inbox"
