"""How the manual is built: `make docs`. What the pages show of the code is made by `extension/`."""

import os
import sys
from pathlib import Path

from grainless import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
# Tutorials call `grainless` and Python as they stand beside the one that builds.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ |= {"COLUMNS": "100", "TTY_COMPATIBLE": "0"}  # no progress bars, though kernels ask for colour

project = "Grainless"
author = "the Grainless authors"
project_copyright = "the Grainless authors, Apache-2.0"
version = release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "extension",
]
exclude_patterns = ["_build", "extension"]
source_suffix = {".md": "myst-nb"}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
smartquotes = False  # -- is the beginning of an option

# Tutorials run when the manual is built, each in a folder of its own; a cell that fails ends the build.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True

html_theme = "furo"
html_theme_options = {  # the page's own colours, so that both look like one thing
    "light_css_variables": {"color-brand-primary": "#0b6b5d", "color-brand-content": "#0b6b5d"},
    "dark_css_variables": {"color-brand-primary": "#59c4b0", "color-brand-content": "#59c4b0"},
}
html_title = f"Grainless {version}"
html_static_path = ["static"]
html_css_files = ["manual.css"]
html_favicon = "../src/grainless/web/page/icon.svg"
html_logo = "../src/grainless/web/page/icon.svg"
html_copy_source = False
html_show_sphinx = False
copybutton_exclude = ".linenos, .gp, .go"
