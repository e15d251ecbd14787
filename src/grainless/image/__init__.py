"""What an image is: arrays and files <-> images, with all that must survive."""
