"""Whether files may be learned from: doubles, shifted pairs, several kinds in one folder."""
