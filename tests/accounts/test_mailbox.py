"""The in-app mailbox."""

from __future__ import annotations

import os
from multiprocessing import get_context
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives

from accounts import mailbox
from accounts.mailbox import MailboxBackend

pytestmark = pytest.mark.django_db


def mail(subject="2 overdue", message_id="<one@nevertwice>", html="<p style='color:red'>Hello</p>"):
    message = EmailMultiAlternatives(
        subject,
        "Rotate it: http://127.0.0.1:8000/action-items/1/",
        "nt@localhost",
        ["ana@example.com"],
        headers={"Message-ID": message_id},
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def test_the_same_message_sent_twice_is_kept_once():
    MailboxBackend().send_messages([mail()])
    MailboxBackend().send_messages([mail()])

    [name] = mailbox.names()
    assert mailbox.letter(name).subject == "2 overdue"


def test_no_unfinished_file_is_ever_listed(settings):
    MailboxBackend().send_messages([mail()])
    (Path(settings.MAIL_DIR) / ".writing-abc").write_bytes(b"half")

    assert len(mailbox.names()) == 1


def _send(folder, number):
    mailbox.settings.MAIL_DIR = folder
    MailboxBackend().send_messages([mail(message_id=f"<{number % 3}@nevertwice>")])


def test_many_processes_write_at_the_same_time(settings):
    context = get_context("fork")
    workers = [
        context.Process(target=_send, args=(settings.MAIL_DIR, number)) for number in range(9)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert {worker.exitcode for worker in workers} == {0}
    assert len(mailbox.names()) == 3
    assert all(not name.startswith(".") for name in os.listdir(settings.MAIL_DIR))


def test_administrators_read_it(omar, signed_in):
    MailboxBackend().send_messages([mail()])
    [name] = mailbox.names()
    client = signed_in(omar)

    listed = client.get("/mailbox/").content.decode()
    page = client.get(f"/mailbox/{name}/").content.decode()

    assert "2 overdue" in listed
    assert 'href="http://127.0.0.1:8000/action-items/1/"' in page
    assert "<p style" not in page


def test_the_html_part_can_draw_and_do_nothing_else(omar, signed_in):
    MailboxBackend().send_messages([mail()])
    [name] = mailbox.names()

    answer = signed_in(omar).get(f"/mailbox/{name}/html/")

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert b"Hello" in answer.content


def test_nobody_else_does(ana, signed_in):
    MailboxBackend().send_messages([mail()])
    [name] = mailbox.names()
    client = signed_in(ana)

    for path in ["/mailbox/", f"/mailbox/{name}/", f"/mailbox/{name}/html/"]:
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Only administrators" in answer.content.decode()


@pytest.mark.parametrize("name", ["nothing", "0" * 32, "..%2f..%2fsecret_key"])
def test_a_name_that_is_no_message_is_not_found(omar, signed_in, name):
    assert signed_in(omar).get(f"/mailbox/{name}/").status_code == 404
    assert signed_in(omar).get(f"/mailbox/{name}/html/").status_code == 404


def test_an_empty_mailbox_says_when_mail_comes(omar, signed_in):
    assert "No mail yet" in signed_in(omar).get("/mailbox/").content.decode()


def test_with_a_mail_server_the_page_says_so_and_tells_no_secret(omar, signed_in, settings):
    settings.EMAIL_URL = "smtp://user:hunter2@mail.example.com:25"

    page = signed_in(omar).get("/mailbox/").content.decode()

    assert "A mail server is configured" in page
    assert "hunter2" not in page


def test_a_long_mailbox_is_paged(omar, signed_in):
    MailboxBackend().send_messages([mail(message_id=f"<{n}@nevertwice>") for n in range(51)])

    page = signed_in(omar).get("/mailbox/").content.decode()

    assert "Page 1 of 2" in page


def test_a_message_with_strange_bytes_still_opens(omar, signed_in, settings):
    folder = Path(settings.MAIL_DIR)
    folder.mkdir(parents=True)
    (folder / f"{'a' * 32}.eml").write_bytes(
        b"Subject: =?utf-8?b?/w==?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe"
    )

    assert signed_in(omar).get(f"/mailbox/{'a' * 32}/").status_code == 200
    assert signed_in(omar).get("/mailbox/").status_code == 200
