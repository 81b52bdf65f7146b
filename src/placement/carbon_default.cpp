#include "placement/carbon.h"

namespace hanse::placement {

// The text of data/carbon/electricity_maps_2024.json, put here by tools/carbon_table.py; change neither by
// hand. The table is Electricity Maps' database, under the Open Database License 1.0 (data/carbon/README.md),
// not under the licence of the program.
std::string_view default_carbon_json() {
  return R"json({"source": "Electricity Maps, yearly average 2024",
 "unit": "gCO2eq/kWh",
 "licence": "ODbL-1.0",
 "intensity":
 {"AE": 383, "AF": 121, "AG": 663, "AL": 80, "AM": 208, "AO": 177, "AR": 380, "AT": 119, "AU": 489,
  "AW": 573, "AX": 19, "AZ": 431, "BA": 484, "BB": 638, "BD": 618, "BE": 153, "BF": 577, "BG": 349,
  "BH": 488, "BI": 239, "BJ": 508, "BN": 566, "BO": 333, "BR": 91, "BS": 691, "BT": 121, "BW": 811,
  "BY": 317, "BZ": 166, "CA": 132, "CD": 25, "CF": 24, "CG": 398, "CH": 42, "CI": 389, "CM": 160,
  "CN": 513, "CO": 101, "CR": 94, "CU": 607, "CV": 487, "CW": 494, "CY": 853, "CZ": 447, "DE": 341,
  "DJ": 450, "DK": 136, "DM": 611, "DO": 565, "DZ": 487, "EC": 232, "EE": 285, "EG": 450, "ER": 633,
  "ES": 129, "ET": 24, "FI": 80, "FJ": 290, "FK": 700, "FM": 615, "FO": 493, "FR": 33, "GA": 293,
  "GB": 175, "GE": 161, "GF": 410, "GH": 327, "GI": 490, "GL": 103, "GM": 700, "GN": 190, "GP": 533,
  "GQ": 349, "GR": 298, "GS": 24, "GT": 369, "GU": 639, "GW": 700, "GY": 657, "HK": 594, "HN": 305,
  "HR": 225, "HT": 523, "HU": 228, "ID": 663, "IE": 352, "IL": 492, "IN": 614, "IQ": 563, "IR": 495,
  "IS": 28, "IT": 267, "JM": 487, "JO": 383, "JP": 464, "KE": 95, "KG": 127, "KH": 273, "KM": 700,
  "KP": 300, "KR": 423, "KW": 515, "KY": 681, "KZ": 592, "LA": 202, "LB": 307, "LC": 683, "LK": 405,
  "LR": 472, "LS": 24, "LT": 153, "LU": 222, "LV": 176, "LY": 527, "MA": 527, "MD": 408, "ME": 400,
  "MG": 475, "MK": 476, "ML": 414, "MM": 335, "MN": 746, "MO": 395, "MQ": 579, "MR": 519, "MT": 411,
  "MU": 621, "MV": 652, "MW": 60, "MX": 392, "MY": 568, "MZ": 101, "NA": 43, "NC": 543, "NE": 658,
  "NG": 374, "NI": 311, "NL": 251, "NO": 33, "NP": 112, "NZ": 112, "OM": 479, "PA": 167, "PE": 186,
  "PF": 368, "PG": 513, "PH": 623, "PK": 261, "PL": 581, "PM": 700, "PR": 479, "PS": 452, "PT": 100,
  "PW": 608, "PY": 25, "QA": 490, "RE": 471, "RO": 301, "RS": 505, "RW": 335, "SA": 552, "SB": 632,
  "SC": 603, "SD": 185, "SE": 23, "SG": 485, "SI": 224, "SK": 216, "SL": 55, "SN": 572, "SO": 565,
  "SR": 242, "SS": 596, "ST": 623, "SV": 248, "SY": 564, "SZ": 106, "TD": 637, "TG": 396, "TH": 490,
  "TJ": 75, "TL": 649, "TM": 490, "TN": 482, "TO": 605, "TR": 423, "TT": 490, "TW": 525, "TZ": 361,
  "UG": 60, "US": 409, "UY": 53, "UZ": 472, "VC": 610, "VE": 126, "VI": 680, "VN": 442, "VU": 533,
  "WS": 452, "XK": 650, "YE": 522, "YT": 571, "ZA": 712, "ZM": 119, "ZW": 258}}
)json";
}

}  // namespace hanse::placement
