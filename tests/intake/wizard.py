"""A file handed in on the import page and read, as the wizard begins."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from wenxiao.intake.tasks import read
from wenxiao.records.models import Intake


def handed_in(client, user, path):
    """The intake of this file, brought by this user through the page."""
    type(user).objects.update(must_change_password=False)
    client.force_login(user)
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(reverse("desk:imports"), {"files": [upload]})
    intake = Intake.objects.get(pk=int(answer["Location"].split("/")[-1]))
    read.func(intake.pk)
    return intake
