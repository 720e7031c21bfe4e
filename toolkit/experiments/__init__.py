"""The experiments of the course: variants as data, their runs on MNIST, and the results."""
