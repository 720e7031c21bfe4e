"""Digits, a convolutional network, and its training."""
