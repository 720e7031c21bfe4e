"""Equations, and the four ways in which they are read."""
