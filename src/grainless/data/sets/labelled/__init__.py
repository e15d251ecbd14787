"""Small images of one size with the class of each: MNIST and its kind."""
