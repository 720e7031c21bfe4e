"""Tries of models and recipes, each a line of log.csv, all measured on the validation images."""
