#include "zone/images/oci_tree.h"

#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

using Names = std::vector<std::string>;

constexpr OciEntryKind kFolder = OciEntryKind::folder;
constexpr OciEntryKind kOther = OciEntryKind::other;

OciLayerPlan added(OciTree& tree, const OciEntries& layer, const std::set<std::string>& named = {}) {
  const auto plan = tree.add(layer, named);
  REQUIRE_MESSAGE(plan.has_value(), plan.error().message);
  return *plan;
}

TEST_CASE("entries are read as find lists them") {
  using namespace std::string_view_literals;
  CHECK(read_oci_entries("da\0fa/b\nc\0la/d\0"sv) ==
        OciEntries{{"a", kFolder}, {"a/b\nc", kOther}, {"a/d", kOther}});
}

TEST_CASE("a whiteout removes one name with all below it, and not its neighbours") {
  OciTree tree;
  added(tree, {{"a", kFolder}, {"a/b", kFolder}, {"a/b/c", kOther}, {"a/b-d", kOther}, {"a/b.d", kOther}});
  CHECK(added(tree, {{"a", kFolder}, {"a/.wh.b", kOther}}, {"a/"}) == OciLayerPlan{{"a/b"}, {"a/.wh.b"}, {}});
  CHECK(tree.size() == 3);
  // What is not there needs no removal.
  CHECK(added(tree, {{".wh.z", kOther}}).remove_from_tree.empty());
}

TEST_CASE("an opaque folder keeps nothing of the lower layers, and what its own layer has") {
  OciTree tree;
  added(tree, {{"a", kFolder}, {"a/b", kFolder}, {"a/b/c", kOther}, {"a/d", kOther}, {"a-e", kOther}});
  const OciEntries layer{{"a", kFolder}, {"a/.wh..wh.opq", kOther}, {"a/d", kOther}};
  CHECK(added(tree, layer, {"a/"}) == OciLayerPlan{{"a/b", "a/d"}, {"a/.wh..wh.opq"}, {}});
  CHECK(added(tree, {{".wh..wh.opq", kOther}}).remove_from_tree == Names{"a", "a-e"});
  CHECK(tree.size() == 0);
}

TEST_CASE("what old file systems kept for themselves is dropped with all below it") {
  OciTree tree;
  const OciEntries layer{{".wh..wh.plnk", kFolder}, {".wh..wh.plnk/1.2", kOther}, {"a", kOther}};
  CHECK(added(tree, layer) == OciLayerPlan{{}, {".wh..wh.plnk"}, {}});
  CHECK(tree.size() == 1);
}

TEST_CASE("a file and a folder replace each other, and a folder that is not named stays what it is") {
  OciTree tree;
  added(tree, {{"a", kFolder}, {"a/b", kOther}, {"c", kOther}, {"d", kFolder}});
  const OciEntries layer{{"a", kOther}, {"c", kFolder}, {"c/e", kOther}, {"d", kFolder}, {"d/f", kOther}};
  CHECK(added(tree, layer, {"c/"}) == OciLayerPlan{{"a", "c"}, {}, {"d"}});
  CHECK(tree.size() == 5);
}

TEST_CASE("a layer may not reach through a link, nor remove what is no name") {
  OciTree tree;
  added(tree, {{"way", kOther}});
  const auto through = tree.add({{"way", kFolder}, {"way/evil", kOther}}, {"way/evil"});
  REQUIRE_FALSE(through.has_value());
  CHECK(through.error().message.find("'way', which is a link or a file of a lower layer") !=
        std::string::npos);
  for (const char* name : {".wh.", ".wh..", ".wh..."}) {
    CAPTURE(name);
    CHECK_FALSE(OciTree().add({{name, kOther}}, {}).has_value());
  }
}

}  // namespace
}  // namespace hanse::zone
