"""Submissions that try to get more than their code is worth, and what they must not get."""
