"""Lessons in backpropagation: from a template to equations, and from equations to values."""
