"""Files that travel in a student's folder; the grader uses the same ones."""
