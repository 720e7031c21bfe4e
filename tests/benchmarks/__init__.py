"""What is fast here, measured beside what one would use instead: `make bench`.

Times are medians; contenders take turns, so that a busy moment of the machine hits them all.
"""
