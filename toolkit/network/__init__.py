"""Lessons: from a template to equations, and from equations to values."""
