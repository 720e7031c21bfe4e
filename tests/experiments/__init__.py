"""Tries of models and recipes, each a line of log.csv, all measured on the validation images.

A line's change is to the template as it then stood. At first all had weight_decay 0.0005, and
`sprint` the widths 8-16-pool-8x1-16-16-24-32. Seconds are of a machine that did other work as well.
"""
