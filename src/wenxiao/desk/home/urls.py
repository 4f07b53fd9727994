"""Addresses of the front page, coming in, search and help."""

from django.urls import path

from wenxiao.desk.home import (
    deadlines,
    forgotten,
    guide,
    home,
    login,
    manual,
    preparations,
    saved,
    search,
    second_factor,
)

urlpatterns = [
    path("login", login.enter, name="login"),
    path("login/code", login.code, name="login_code"),
    path("second-factor", second_factor.second_factor, name="second_factor"),
    path("logout", login.leave, name="logout"),
    path("password", login.password, name="password"),
    path("forgotten", forgotten.ask, name="forgotten"),
    path("forgotten/claim", forgotten.claim, name="claim"),
    path("help", guide.help_page, name="help"),
    path("help/about", manual.about, name="manual_about"),
    path("help/pictures/<str:name>", manual.picture, name="manual_picture"),
    path("help/<str:name>", manual.manual, name="manual"),
    path("", home.home, name="home"),
    path("preparations", preparations.preparation_list, name="preparations"),
    path("preparations/sample.zip", preparations.sample, name="preparation_sample"),
    path("calendar", deadlines.calendar, name="calendar"),
    path("views", saved.views, name="views"),
    path("search", search.search, name="search"),
    path("search/list", search.listed, name="search_list"),
    path("search/opened", search.opened, name="search_opened"),
    path("search/letters", search.letters, name="search_letters"),
]
