"""Equations, and the printers that give each of them four readings."""
