#include "cli/completion.h"

#include <cstdio>
#include <doctest/doctest.h>
#include <string>

namespace hanse::cli {
namespace {

// Runs a shell over the script; true when it finds nothing wrong.
bool accepted_by(const std::string& command, const std::string& script) {
  std::FILE* shell = popen((command + " >/dev/null 2>&1").c_str(), "w");
  REQUIRE(shell != nullptr);
  std::fwrite(script.data(), 1, script.size(), shell);
  return pclose(shell) == 0;
}

// Whether bash offers these words, in this order, after the line; its last word is being typed. The zone has
// the instances web and db and the zones north and south, when it is asked in the right way.
bool offers(const std::string& line, int last, const std::string& words) {
  const std::string script = completion_script("bash", command_tree()).value();
  const std::string probe = R"(
hanse() {
  case "$*" in
    "get instances -o name --timeout 2s"*) printf 'instance/web\ninstance/db\n' ;;
    "get zones -o name --timeout 2s --context north") printf 'zone/north\nzone/south\n' ;;
    *) return 1 ;;
  esac
}
COMP_WORDS=()" + line + R"(); COMP_CWORD=)" +
                            std::to_string(last) + R"(; _hanse; [ "${COMPREPLY[*]}" = ")" + words +
                            "\" ] || exit 1\n";
  return accepted_by("bash", script + probe);
}

TEST_CASE("completion scripts are good shell") {
  const CommandTree tree = command_tree();
  for (const char* shell : {"bash", "zsh"}) {
    const std::string script = completion_script(shell, tree).value();
    CHECK(accepted_by("bash -n", script));
    CHECK_FALSE(accepted_by("bash -n", script + "case"));
    CHECK(script.find("block-storages") != std::string::npos);
    CHECK(script.find(" path=") == std::string::npos);  // in zsh that is where programs are found
  }
  CHECK_FALSE(completion_script("csh", tree).has_value());
}

TEST_CASE("commands, kinds and options are completed") {
  CHECK(offers("hanse testbed -v s", 3, "status start shell"));
  CHECK(offers("hanse get inst", 2, "instance-skus instances"));
  CHECK(offers("hanse migrate web --str", 3, "--streams"));
}

TEST_CASE("what an option or an argument takes is completed, and nothing else there") {
  CHECK(offers("hanse migrate web --mode ''", 4, "auto live warm cold"));
  CHECK(offers("hanse migrate web --path d", 4, "direct"));
  CHECK(offers("hanse get images -o y", 4, "yaml"));
  CHECK(offers("hanse --output wi", 2, "wide"));
  CHECK(offers("hanse completion z", 2, "zsh"));
  CHECK(offers("hanse image import x --format q", 5, "qcow2"));
}

TEST_CASE("names are those that the zone of the line has") {
  CHECK(offers("hanse migrate w", 2, "web"));
  CHECK(offers("hanse --context other snapshot create d", 5, "db"));
  CHECK(offers("hanse migrate --streams 4 w", 4, "web"));
  CHECK(offers("hanse get instances w", 3, "web"));
  CHECK(offers("hanse --context north migrate web --to s", 6, "south"));
  // Only for an argument that is a name, and not while an option is typed.
  CHECK_FALSE(offers("hanse migrate web w", 3, "web"));
  CHECK(offers("hanse migrate --cancel --pa", 3, "--path --pause"));
}

TEST_CASE("fish is given the same") {
  const std::string fish = completion_script("fish", command_tree()).value();
  const auto has = [&fish](const char* part) { return fish.find(part) != std::string::npos; };
  CHECK(has("-a migrate -d 'Move an instance"));
  CHECK(has("from migrate' -l mode -x -a 'auto live warm cold'"));
  CHECK(has("from migrate' -l to -x -a '(__hanse_names zones)'"));
  CHECK(has("from migrate' -x -a '(__hanse_names instances)'"));
  CHECK(has("-s o -x -a 'table wide json yaml name'"));
}

}  // namespace
}  // namespace hanse::cli
