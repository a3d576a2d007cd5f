"""The recipes are scripts beside their data, no package: their folder is put on the path, as running one does."""

import sys
from pathlib import Path

RECIPES = Path(__file__).resolve().parents[3] / "models" / "recipes"
sys.path.insert(0, str(RECIPES))
