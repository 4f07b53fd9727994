"""Behind HTTPS nothing is left open: Django's own list of deployment checks has nothing to say."""

import os
import subprocess
import sys


def test_check_deploy_has_no_warning_behind_https(tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            **os.environ,
            "WENXIAO_HOME": str(tmp_path),
            "WENXIAO_HTTPS": "1",
            "WENXIAO_DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "wenxiao.site.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "no issues (0 silenced)" in told.stdout


def test_plain_http_is_sent_to_https_but_health_is_answered(client, settings, db):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 1000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    sent_on = client.get("/login")
    assert (sent_on.status_code, sent_on["Location"]) == (301, "https://testserver/login")
    assert client.get("/health").status_code == 200
    answer = client.get("/login", headers={"x-forwarded-proto": "https"})
    assert answer.status_code == 200
    assert "max-age=1000" in answer["Strict-Transport-Security"]
