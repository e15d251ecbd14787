"""The benchmark: denoisers on known sets of images by a named protocol, beside what others published.

`sets` says on which images, `plan` what is scored there, `section` measures on one set, `cost` what a denoiser takes
of time and memory, `published` holds what others report, `page` and `plot` tell it all. Each set's numbers are kept
in a JSON file of their own, and the page is written anew from all of them: a long benchmark can be made set by set.
"""
