"""C: four architectures, three data sets, one diagnosis, one walk through the code; a file an idea."""
