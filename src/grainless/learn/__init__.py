"""Learning: networks, training, export, studies. The only room that needs torch."""
