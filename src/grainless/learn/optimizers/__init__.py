"""How weights take a step, and how large it is over a training."""
