"""Reads the witness's log: numbered lines `<number> <monotonic ms> <location> <padding> <crc32c>`.

The checksum is CRC32C (Castagnoli) in eight hexadecimal digits over everything before the last space.
"""
import dataclasses

POLYNOMIAL = 0x82F63B78


def _table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _table()


def crc32c(data):
    """CRC32C of bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def format_line(number, milliseconds, location):
    """A line as the witness writes it, without padding and newline."""
    body = f"{number:012d} {milliseconds} {location} ."
    return f"{body} {crc32c(body.encode()):08x}"


@dataclasses.dataclass
class Verdict:
    """What a log holds; `problems` names the first few."""

    lines: int = 0
    last: int = 0
    missing: int = 0
    damaged: int = 0
    repeated: int = 0
    problems: list = dataclasses.field(default_factory=list)

    @property
    def ok(self):
        return self.missing == 0 and self.damaged == 0 and self.repeated == 0

    def note(self, problem):
        kept = 20
        if len(self.problems) < kept:
            self.problems.append(problem)

    def as_dictionary(self):
        return {"ok": self.ok, **dataclasses.asdict(self)}


def _number_of(line):
    """The number of a whole line, None if it is damaged."""
    body, space, checksum = line.rpartition(b" ")
    if not space or len(checksum) != 8 or checksum != f"{crc32c(body):08x}".encode():
        return None
    number = body.split(b" ", 1)[0]
    return int(number) if number.isdigit() and int(number) > 0 else None


def check_log(data, at_least=0):
    """Judges a log: every number from 1 to the last once and whole, and the last at least `at_least`.

    A tail without a newline was never acknowledged; a crash may leave it and it is not judged.
    """
    verdict = Verdict()
    for position, line in enumerate(data.split(b"\n")[:-1], start=1):
        verdict.lines += 1
        number = _number_of(line)
        if number is None:
            verdict.damaged += 1
            verdict.last += 1  # It stands where the next number belongs: damaged, not also missing.
            verdict.note(f"line {position} of the file is damaged")
        elif number <= verdict.last:
            verdict.repeated += 1
            verdict.note(f"number {number} stands again in line {position} of the file")
        else:
            if number > verdict.last + 1:
                verdict.missing += number - verdict.last - 1
                verdict.note(f"numbers {verdict.last + 1} to {number - 1} are missing")
            verdict.last = number
    if verdict.last < at_least:
        verdict.missing += at_least - verdict.last
        verdict.note(f"numbers {verdict.last + 1} to {at_least}, which were acknowledged, are missing")
    return verdict
