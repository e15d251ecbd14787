"""What every network tells of itself: sizes it takes, how far it looks, its layers and what they cost."""
