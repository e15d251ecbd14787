"""D: Fashion-MNIST from CSV, a dense autoencoder; what its text suggests and claims."""
