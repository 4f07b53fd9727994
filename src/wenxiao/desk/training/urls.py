"""Addresses of training (培训)."""

from django.urls import path

from wenxiao.desk.training import training

urlpatterns = [
    path("training", training.plan, name="training"),
    path("training/add", training.add, name="training_add"),
    path("training/lessons", training.lessons, name="lessons"),
    path("training/<int:pk>", training.course, name="course"),
    path("training/<int:pk>/sign", training.sign, name="course_sign"),
    path("training/<int:pk>/register", training.register, name="course_register"),
]
