#include "zone/table.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "store/open.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

using store::test_support::run;

struct TableFixture {
  test::TestRuntime world;
  std::unique_ptr<store::Store> store = std::move(*run(world.loop, store::open_memory(world.runtime)));
  Table<model::Workspace> table{*store};

  static model::Workspace workspace(const std::string& owner) {
    model::Workspace made;
    made.metadata.name = "w";
    made.metadata.tenant = "t";
    made.labels = {{"owner", owner}};
    return made;
  }
  // As one reads it who has not written it.
  model::Workspace read_anew() const { return **Table<model::Workspace>(*store).get(id); }

  const ResourceId id{.tenant = "t", .name = "w"};
};

TEST_CASE_FIXTURE(TableFixture, "what was written is read as anybody else reads it") {
  REQUIRE(run(world.loop, table.create(workspace("ann"))));
  CHECK(**table.get(id) == read_anew());
  CHECK((*table.get(id))->metadata.resource_version > 0);
  REQUIRE(run(world.loop, table.update(id, [](model::Workspace& changed) -> Status {
    changed.labels["owner"] = "bob";
    return {};
  })));
  CHECK((*table.get(id))->labels.at("owner") == "bob");
  CHECK(**table.get(id) == read_anew());
}

TEST_CASE_FIXTURE(TableFixture, "what was to be written and was not is never read") {
  REQUIRE(run(world.loop, table.create(workspace("ann"))));
  (void)table.write_of(workspace("eve"));
  CHECK((*table.get(id))->labels.at("owner") == "ann");
  CHECK_FALSE(run(world.loop, table.create(workspace("eve"))));
  CHECK((*table.get(id))->labels.at("owner") == "ann");
}

TEST_CASE_FIXTURE(TableFixture, "the text of a resource is that of its last revision") {
  REQUIRE(run(world.loop, table.create(workspace("ann"))));
  CHECK(*table.text(id) == json::dump(to_json(read_anew())));
  REQUIRE(run(world.loop, table.update(id, [](model::Workspace& changed) -> Status {
    changed.labels["owner"] = "bob";
    return {};
  })));
  CHECK(*table.text(id) == json::dump(to_json(read_anew())));
  REQUIRE(run(world.loop, table.erase(*table.get(id))));
  CHECK(table.text(id).error().code == Code::not_found);
}

TEST_CASE_FIXTURE(TableFixture, "a record of another form is read as what is written today") {
  store::Write old = table.write_of(workspace("ann"));
  const std::string whole = *old.value;
  const std::size_t spec = old.value->find(R"("annotations")");
  REQUIRE(spec != std::string::npos);
  old.value->erase(spec, old.value->find(R"("spec")") - spec);
  REQUIRE(old.value->size() < whole.size());
  REQUIRE(run(world.loop, store->transact({.writes = {old}})));
  CHECK(*table.text(id) == json::dump(to_json(read_anew())));
  CHECK(table.text(id)->find("annotations") != std::string::npos);
}

TEST_CASE("the version is found where it is a name, whatever the names of resources are") {
  const std::string record =
      R"({"a":"\"resourceVersion\":7","resourceVersion":42,"b":"\"resourceVersion\":8"})";
  std::string text = "[";
  append_with_version(text, record, find_version(record), 1234);
  CHECK(text == R"([{"a":"\"resourceVersion\":7","resourceVersion":1234,"b":"\"resourceVersion\":8"})");
  CHECK(find_version("{}").end == 0);
  CHECK(find_version(R"({"resourceVersion":"x"})").end == 0);
}

}  // namespace
}  // namespace hanse::zone
