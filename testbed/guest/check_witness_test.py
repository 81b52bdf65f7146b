#!/usr/bin/env python3
"""Tests of the checker: a sound log passes, every kind of damage is found."""
import unittest

import witness_log


def log_of(numbers):
    return b"".join(witness_log.format_line(number, number * 20, "a/a1").encode() + b"\n" for number in numbers)


class Checksum(unittest.TestCase):
    def test_known_values(self):
        # RFC 3720, appendix B.4, and the common check value.
        self.assertEqual(witness_log.crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(witness_log.crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(witness_log.crc32c(bytes([0xFF] * 32)), 0x62A8AB43)


class Log(unittest.TestCase):
    def test_whole_log_passes(self):
        verdict = witness_log.check_log(log_of(range(1, 101)), at_least=100)
        self.assertTrue(verdict.ok)
        self.assertEqual((verdict.lines, verdict.last), (100, 100))

    def test_empty_log_passes_when_nothing_was_acknowledged(self):
        self.assertTrue(witness_log.check_log(b"").ok)

    def test_line_as_the_guest_wrote_it(self):
        line = b"000000000001 2751 a/a1 ................................ "
        line += b"%08x\n" % witness_log.crc32c(line[:-1])
        self.assertTrue(witness_log.check_log(line, at_least=1).ok)

    def test_missing_line_fails(self):
        verdict = witness_log.check_log(log_of([1, 2, 4, 5]))
        self.assertFalse(verdict.ok)
        self.assertEqual((verdict.missing, verdict.damaged, verdict.repeated), (1, 0, 0))
        self.assertEqual(verdict.problems, ["numbers 3 to 3 are missing"])

    def test_missing_first_line_fails(self):
        self.assertEqual(witness_log.check_log(log_of([2, 3])).missing, 1)

    def test_lost_tail_fails(self):
        verdict = witness_log.check_log(log_of(range(1, 91)), at_least=100)
        self.assertFalse(verdict.ok)
        self.assertEqual(verdict.missing, 10)

    def test_damaged_line_fails_and_is_not_missing_too(self):
        data = bytearray(log_of(range(1, 11)))
        data[len(log_of([1])) + 14] ^= 1
        verdict = witness_log.check_log(bytes(data))
        self.assertFalse(verdict.ok)
        self.assertEqual((verdict.missing, verdict.damaged), (0, 1))

    def test_zeroed_block_fails(self):
        data = log_of(range(1, 11)) + bytes(512) + b"\n" + log_of(range(12, 15))
        verdict = witness_log.check_log(data)
        self.assertEqual((verdict.missing, verdict.damaged), (0, 1))

    def test_repeated_line_fails(self):
        verdict = witness_log.check_log(log_of([1, 2, 2, 3]))
        self.assertFalse(verdict.ok)
        self.assertEqual((verdict.missing, verdict.repeated), (0, 1))

    def test_torn_tail_was_never_acknowledged(self):
        self.assertTrue(witness_log.check_log(log_of([1, 2]) + b"00000000000", at_least=2).ok)
        self.assertFalse(witness_log.check_log(log_of([1, 2]) + b"00000000000", at_least=3).ok)


if __name__ == "__main__":
    unittest.main()
