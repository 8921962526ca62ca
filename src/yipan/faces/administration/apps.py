"""Django app of the face."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "yipan.faces.administration"
    label = "administration"
    verbose_name = "系统管理"
