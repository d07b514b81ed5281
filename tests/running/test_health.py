from django.db import OperationalError, connection


def test_health_answers_without_sign_in_and_tells_nothing(client, db):
    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.content == b"ok\n"


def test_health_is_503_without_a_database(client, db):
    with connection.execute_wrapper(refuse):
        answer = client.get("/health/")

    assert answer.status_code == 503
    assert b"Traceback" not in answer.content


def test_health_is_not_redirected_to_https(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/health/").status_code == 200


def refuse(execute, sql, params, many, context):
    raise OperationalError("the server is gone")
