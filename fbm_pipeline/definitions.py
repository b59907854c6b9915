"""What `workspace.yaml` and `[tool.dg]` load: the code location over the settings of the environment."""

from fbm_pipeline.defs.code_location import compose
from fbm_pipeline.settings import load_settings

defs = compose(load_settings())
