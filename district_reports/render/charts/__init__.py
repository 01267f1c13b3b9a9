"""Figures -> small inline SVG pictures, through Altair charts that are built and compiled once per language."""

from district_reports.render.charts.draw import ChartBook

__all__ = ["ChartBook"]
