#!/usr/bin/env python3
"""Reduces a download of Electricity Maps' yearly averages to what placement needs, and embeds it in the program.

    tools/carbon_table.py electricitymaps_yearly_2024.json 2024

The input maps ISO 3166 codes and sub-zones of them to {carbonIntensity: {value, unit}}. Kept are countries, in whole grams. Writes
data/carbon/electricity_maps_YEAR.json and src/placement/carbon_default.cpp with the same text.
"""
import json
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UNIT = "gCO2eq/kWh"
CODE = '''#include "placement/carbon.h"

namespace hanse::placement {{

// The text of data/carbon/{name}, put here by tools/carbon_table.py; change neither by hand. The table is
// Electricity Maps' database, under the Open Database License 1.0 (data/carbon/README.md), not under the licence
// of the program.
std::string_view default_carbon_json() {{
  return R"json({text})json";
}}

}}  // namespace hanse::placement
'''


def main():
    source, year = Path(sys.argv[1]), sys.argv[2]
    grams = {}
    for code, entry in sorted(json.loads(source.read_text()).items()):
        intensity = entry["carbonIntensity"]
        if intensity["unit"] != UNIT:
            sys.exit(f"carbon_table: {code} is in {intensity['unit']}; {UNIT} is needed")
        if len(code) == 2:
            grams[code] = round(intensity["value"])
    rows = textwrap.wrap(json.dumps(grams), width=100)
    text = (f'{{"source": "Electricity Maps, yearly average {year}",\n "unit": "{UNIT}",\n "licence": "ODbL-1.0",\n'
            ' "intensity":\n ' + "\n  ".join(rows) + "}\n")
    json.loads(text)
    name = f"electricity_maps_{year}.json"
    (ROOT / "data/carbon").mkdir(parents=True, exist_ok=True)
    (ROOT / "data/carbon" / name).write_text(text)
    (ROOT / "src/placement/carbon_default.cpp").write_text(CODE.format(name=name, text=text))
    print(f"carbon_table: {len(grams)} countries")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
