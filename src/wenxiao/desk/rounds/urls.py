"""Addresses of rounds (任务)."""

from django.urls import path

from wenxiao.desk.rounds import batch_approval, key_choice, new, receiving, rounds, start, turning

urlpatterns = [
    path("rounds/<int:pk>/dossiers/<int:dossier>/begin", start.begin, name="begin"),
    path("rounds/<int:pk>/settle", batch_approval.settle, name="settle"),
    path("rounds/<int:pk>/settle/ticked", batch_approval.settle_ticked, name="settle_ticked"),
    path("rounds/<int:pk>/settled", batch_approval.settled, name="settled"),
    path("rounds", rounds.rounds, name="rounds"),
    path("rounds/new", new.new, name="round_new"),
    path("rounds/turn", turning.preview, name="year_turn"),
    path("rounds/turn/do", turning.turn, name="year_turn_do"),
    path("rounds/turn/<int:pk>/undo", turning.undo, name="year_turn_undo"),
    path("rounds/count", new.count, name="round_count"),
    path("rounds/<int:pk>", rounds.round_page, name="round"),
    path("rounds/<int:pk>/key", key_choice.key_choice, name="key_choice"),
    path("rounds/<int:pk>/excuse/<int:dossier>/end", rounds.unexcuse, name="round_unexcuse"),
    path("rounds/<int:pk>/excuse", rounds.excuse, name="round_excuse"),
    path("rounds/<int:pk>/received", receiving.received, name="received"),
    path("rounds/<int:pk>/received/register", receiving.register, name="register_received"),
    path("rounds/<int:pk>/received/submit", receiving.submit_for, name="submit_for"),
    path("rounds/<int:pk>/<str:act>", rounds.act, name="round_act"),
]
