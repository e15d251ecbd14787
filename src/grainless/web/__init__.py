"""The page: its files, shared by the server and by the static site that denoises in the browser."""
