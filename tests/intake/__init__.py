"""Whatever a class hands in becomes clean submissions, and no submission stops another."""

import pytest

pytest.register_assert_rewrite("tests.intake.handed_in")
