"""What a network is shown and asked for, and by which loss."""
