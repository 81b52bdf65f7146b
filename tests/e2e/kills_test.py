"""A fixed list out of the fault matrix: each phase of a move is met, and each of the six processes of a move is killed in some of them.
Where no guest can run before all of its memory has come, the phase in which one does is left out, which is said.

./dev faults runs all of the matrix, ./dev soak cells of it by chance; docs/fault_matrix.md says what a round checks.
"""
import os
import unittest

import fault_phases
from fault_rounds import Rounds, line_of
from guest_device import DEVICE

LIMIT_SECONDS = 600

OFTEN = [
    ("asking", "kill target zone"),
    ("preparing", "kill source zone"),
    ("seed", "kill target agent"),
    ("disk", "cut 1 s"),
    ("memory", "kill source agent"),
    ("memory", "kill source QEMU"),
    ("memory", "full disk"),
    ("switching", "kill target QEMU"),
    ("committed", "kill source zone"),
    ("granted", "kill target agent"),
    ("following", "kill target agent"),
    ("finishing", "kill source agent"),
    ("rolling back", "kill source agent"),
    ("letting go", "kill target zone"),
    ("warm seed", "cut 1 s"),
    ("warm stop", "kill target zone"),
]


class Kills(unittest.TestCase):
    def test_all_is_met(self):
        self.assertEqual({phase for phase, _ in OFTEN}, set(fault_phases.PHASES))
        self.assertLessEqual({f"kill {role}" for role in fault_phases.ROLES}, {fault for _, fault in OFTEN})

    def test_kills(self):
        rounds = Rounds(LIMIT_SECONDS)
        self.addCleanup(rounds.down)
        for phase, fault in OFTEN:
            with self.subTest(phase=phase, fault=fault):
                if fault_phases.PHASES[phase].split and not os.path.exists(DEVICE):
                    self.skipTest(f"this kernel has no {DEVICE}")
                seen = rounds.round(phase, fault)
                print(line_of(seen), flush=True)
                self.assertEqual(seen["violated"], [])


if __name__ == "__main__":
    unittest.main()
