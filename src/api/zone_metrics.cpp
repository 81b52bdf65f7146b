#include "api/zone_metrics.h"

#include <boost/describe.hpp>

#include "base/json_mapping.h"
#include "http/server.h"
#include "zone/zone_version.h"

namespace hanse::api {
namespace {

// One sample for each value that `value_of` takes, also where there is none of it.
template <class Enum, class T, class ValueOf>
std::vector<Sample> counted(const zone::Table<T>& table, const char* label, ValueOf value_of) {
  std::map<std::string, double> counts;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>(
      [&](auto enumerator) { counts[json::camel_case(enumerator.name)] = 0; });
  if (const auto all = table.all()) {
    for (const auto& resource : *all) counts[json::mapping::write_enum(value_of(*resource))] += 1;
  }
  std::vector<Sample> samples;
  for (const auto& [name, count] : counts) samples.push_back({{{label, name}}, count});
  return samples;
}

std::vector<Sample> refusals(const zone::ZoneRecords& records) {
  std::vector<Sample> samples;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<federation::Refusal>>([&](auto reason) {
    samples.push_back(
        {{{"reason", json::camel_case(reason.name)}}, static_cast<double>(records.refused(reason.value))});
  });
  return samples;
}

}  // namespace

std::string zone_metrics_text(const Context& context) {
  const ApiParts& parts = context.parts;
  const auto gauge = [](const char* name, const char* help, double value) {
    return metric_text(name, MetricType::gauge, help, {{{}, value}});
  };
  std::string text = metric_text("hanse_build_info", MetricType::gauge, "Always 1.",
                                 {{{{"zone", parts.config.name}, {"version", zone::kVersion}}, 1}});
  if (context.server != nullptr) {
    text += gauge("hanse_api_connections", "Open connections.",
                  static_cast<double>(context.server->connections()));
  }
  text += gauge("hanse_api_watches", "Open event streams.", static_cast<double>(context.seats.taken()));
  text += gauge("hanse_hosts_connected", "Hosts with an open stream.",
                static_cast<double>(parts.hosts.connected_hosts().size()));
  text +=
      gauge("hanse_store_revision", "Revision of the store.", static_cast<double>(parts.store.revision()));
  const zone::ZoneRecords::Known* said = parts.records.digest_of(parts.config.name);
  if (said != nullptr && said->digest.carbon) {
    text += metric_text("hanse_carbon_grams_per_kwh", MetricType::gauge,
                        "What the zone says of its electricity, and who says so.",
                        {{{{"source", said->digest.carbon->source}},
                          static_cast<double>(said->digest.carbon->grams_per_kwh.value)}});
  }
  text += metric_text("hanse_records_refused_total", MetricType::counter,
                      "What other zones sent in the exchange of records and was not taken, by reason.",
                      refusals(parts.records));
  text += metric_text("hanse_instances", MetricType::gauge, "Instances by state.",
                      counted<model::ResourceState>(parts.tables.instances, "state",
                                                    [](const model::Instance& i) { return i.status.state; }));
  text += metric_text("hanse_transfers", MetricType::gauge, "Transfers by phase.",
                      counted<model::TransferPhase>(parts.tables.transfers, "phase",
                                                    [](const model::Transfer& t) { return t.status.phase; }));
  return text;
}

}  // namespace hanse::api
