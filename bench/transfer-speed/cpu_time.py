"""Processor time of the programs in some network namespaces, and of others by pid, while something is measured.

A program that ends meanwhile counts up to a twentieth of a second before its end.
"""
import collections
import os
import threading

PERIOD_SECONDS = 0.05
TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


def _ticks(pid):
    """(name, ticks of user and system), or nothing for a process that has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return name, int(rest[11]) + int(rest[12])


def _namespace_of(pid):
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino
    except OSError:
        return None


class CpuTime:
    """A `with` block; afterwards `seconds` has them by title: that of `titles` by pid, or else the program's name."""

    def __init__(self, namespaces, titles):
        self.namespaces = {os.stat(f"/run/netns/{name}").st_ino for name in namespaces}
        self.titles, self.seconds = titles, {}
        self.first, self.last, self.strangers = {}, {}, set()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def _look(self, begins=False):
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) in self.strangers:
                continue
            pid = int(entry)
            if pid not in self.titles and _namespace_of(pid) not in self.namespaces:
                if begins:
                    self.strangers.add(pid)  # later ones may enter a namespace after their start
                continue
            found = _ticks(pid)
            if found:
                self.first.setdefault(pid, found[1] if begins else 0)
                self.last[pid] = found

    def _watch(self):
        while not self.ended.wait(PERIOD_SECONDS):
            self._look()

    def __enter__(self):
        self._look(begins=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self._look()
        seconds = collections.Counter()
        for pid, (name, ticks) in self.last.items():
            seconds[self.titles.get(pid, name)] += (ticks - self.first[pid]) * TICK_SECONDS
        self.seconds = {title: round(spent, 2) for title, spent in seconds.items() if spent > 0}
