"""Tests of the JSON interface on the whole demo district."""

from district import as_citizen, as_staff, district, whole_district

__all__ = ["as_citizen", "as_staff", "district", "whole_district"]
