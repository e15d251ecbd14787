"""Many files, on one computer or many: who does which, what became of each, what is tried again."""
