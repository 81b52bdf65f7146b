"""What a file includes: its own header first, so that this one is compiled alone; and in a header all that it uses of the
precompiled header, which would hide what is missing."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROVIDERS = {
    "algorithm": "max min",
    "array": "array",
    "atomic": "atomic",
    "chrono": "chrono",
    "coroutine": "coroutine_handle suspend_always noop_coroutine",
    "cstdint": "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t",
    "cstddef": "byte",
    "deque": "deque",
    "exception": "exception_ptr current_exception",
    "filesystem": "filesystem",
    "functional": "function less",
    "initializer_list": "initializer_list",
    "limits": "numeric_limits",
    "list": "list",
    "map": "map",
    "memory": "unique_ptr shared_ptr weak_ptr make_unique make_shared enable_shared_from_this",
    "mutex": "mutex lock_guard unique_lock",
    "optional": "optional nullopt",
    "queue": "queue priority_queue",
    "set": "set",
    "span": "span",
    "stop_token": "stop_token stop_source",
    "string": "string to_string",
    "string_view": "string_view",
    "thread": "thread jthread",
    "tuple": "tuple",
    "unordered_map": "unordered_map",
    "unordered_set": "unordered_set",
    "utility": "move exchange forward pair",
    "variant": "variant",
    "vector": "vector",
}
HEADER_OF = {name: header for header, names in PROVIDERS.items() for name in names.split()}
NAME = re.compile(r"\bstd::(\w+)")
LIBRARIES = {"fmt/format.h": re.compile(r"\bfmt::"), "tl/expected.hpp": re.compile(r"\btl::")}
INCLUDE = re.compile(r"#include <([\w/.]+)>")


def check_includes(path, lines):
    """Yields each header of the precompiled one that a header uses and does not include, and a source's header that is not first."""
    if path.suffix != ".h":
        yield from check_own_header(path, lines)
        return
    missing = set()
    included = {found.group(1) for line in lines if (found := INCLUDE.match(line))}
    for number, line in enumerate(lines, 1):
        for name in NAME.findall(line.split("//")[0]):
            header = HEADER_OF.get(name)
            if header and header not in included | missing:
                missing.add(header)
                yield number, f"uses std::{name}: include <{header}>"
        for header, use in LIBRARIES.items():
            if use.search(line.split("//")[0]) and header not in included | missing:
                missing.add(header)
                yield number, f"uses what is of <{header}>: include it"


def check_own_header(path, lines):
    own = path.with_suffix(".h")
    first = next((line for line in lines if line.startswith("#include")), "")
    if (ROOT / own).exists() and not any(f'"{name}"' in first for name in (own, own.relative_to(own.parts[0]), own.name)):
        yield 1, f"the first include is not {own}: then nothing compiles this header alone"
