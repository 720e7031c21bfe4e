"""The course's experiments: variants as data, run on the real digits, and what came out."""
