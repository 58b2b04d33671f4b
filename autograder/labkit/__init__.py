"""Neural Network Labs: builds, checks, grades and delivers auto-graded NumPy labs."""

__version__ = "0.1.0"
