"""Addresses of the form a unit fills in, and passing it on."""

from django.urls import path

from wenxiao.desk.filling import approval, filling, money

urlpatterns = [
    path("filling/<int:pk>", filling.filling, name="filling"),
    path("filling/<int:pk>/rows", filling.save, name="filling_save"),
    path("filling/<int:pk>/money", money.money, name="filling_money"),
    path("filling/<int:pk>/submit", filling.submit, name="filling_submit"),
    path("filling/<int:pk>/scan", approval.scan, name="filling_scan"),
    path("filling/<int:pk>/judge/<str:act>", approval.judge, name="filling_judge"),
]
