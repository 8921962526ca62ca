"""Addresses of the room people."""

from django.urls import path

from .views import citizens, me, signing_in

app_name = "people"
urlpatterns = [
    path("login/", signing_in.login, name="login"),
    path("login/password/", signing_in.new_password, name="new_password"),
    path("login/second/", signing_in.second_step, name="second_factor"),
    path("login/citizen/", citizens.begin, name="citizen_login"),
    path("login/citizen/callback/", citizens.callback, name="citizen_callback"),
    path("logout/", signing_in.logout, name="logout"),
    path("me/", me.profile, name="me"),
    path("me/post/", signing_in.switch, name="switch"),
    path("me/principal/", citizens.choose, name="choose"),
    path("me/password/", me.password, name="password"),
    path("me/second-factor/", me.second_factor_page, name="my_second_factor"),
    path("me/firm/agents/", citizens.agents, name="agents"),
    path("me/firm/agents/dismiss/", citizens.dismiss, name="dismiss_agent"),
]
