"""Makes map.png, lab 4's opening picture: what the reference decodes from 11 × 11 codes.

Run it with the student's folder of lab 4, solved, as the working directory:

    python …/assignments/lab4_autoencoder/make_map.py map.png
"""

import sys

import numpy as np

sys.path.insert(0, ".")

import figures
from PIL import Image

if __name__ == "__main__":
    grid = np.round(figures.grid_of(figures._decode) * 255).astype(np.uint8)
    Image.fromarray(grid).save(sys.argv[1], optimize=True)
