"""What the API does: files in and out, facts, a training's report."""
