#include "cli/contexts.h"

#include <doctest/doctest.h>

#include "cli/context_commands.h"
#include "cli/fakes_for_test.h"
#include "cli/run_client.h"
#include "tests/support/test_runtime.h"

namespace hanse::cli {
namespace {

constexpr const char* kFile = R"(current: a
contexts:
  - name: a
    endpoint: https://192.0.2.1:8443
    caFile: a/ca.pem
    tokenFile: /etc/token
  - name: b
    endpoint: "[2001:db8::1]:8443"
    caFile: ca.pem
    tokenFile: token
    tenant: acme
)";

TEST_CASE("contexts are read, chosen and written") {
  const auto file = read_contexts("c.yaml", kFile);
  REQUIRE(file.has_value());
  CHECK(choose_context(*file, "c.yaml", "")->name == "a");
  CHECK(choose_context(*file, "c.yaml", "b")->tenant == "acme");
  CHECK(choose_context(*file, "c.yaml", "z").error().code == Code::not_found);
  CHECK(choose_context(ContextFile(), "c.yaml", "").error().code == Code::failed_precondition);
  CHECK(context_endpoint(file->contexts[0])->host == "192.0.2.1");
  CHECK(context_endpoint(file->contexts[1])->host == "2001:db8::1");
  CHECK(read_contexts("c.yaml", contexts_text(*file)).value() == *file);
  CHECK(resolve_path("/home/x/c.yaml", "a/ca.pem") == "/home/x/a/ca.pem");
  CHECK(resolve_path("/home/x/c.yaml", "/etc/token") == "/etc/token");
}

TEST_CASE("a wrong file of contexts is refused with its place") {
  const auto refusal = [](std::string_view text) {
    const auto file = read_contexts("c.yaml", text);
    REQUIRE_FALSE(file.has_value());
    return file.error().message;
  };
  CHECK(refusal("curent: a\n").starts_with("c.yaml:1:9: /curent is not a known field"));
  CHECK(refusal("contexts:\n  - name: a\n    endpoint: http://x:1\n    caFile: c\n    tokenFile: t\n") ==
        "c.yaml:3:15: context 'a': endpoint 'http://x:1' must be https://<host>:<port>");
  CHECK(refusal("contexts:\n  - name: a\n    endpoint: x:1\n") == "c.yaml:2:5: context 'a' has no caFile");
  CHECK(refusal(std::string(kFile) + "  - {name: a, endpoint: 'x:1', caFile: c, tokenFile: t}\n")
            .find("is there twice") != std::string::npos);
}

TEST_CASE("a program that works with a zone has the token of its context") {
  hanse::test::TestRuntime world;
  world.files.content["/home/x/c.yaml"] = kFile;
  world.files.content["/home/x/a/ca.pem"] = "ca";
  world.files.content["/etc/token"] = "secret\n";
  std::optional<Result<http::ClientOptions>> access;
  const auto ask = [](Runtime& runtime, std::optional<Result<http::ClientOptions>>& answer) -> Task<void> {
    answer.emplace(co_await zone_access(runtime, "/home/x/c.yaml", "a"));
  };
  Scope scope;
  REQUIRE(scope.spawn(ask(world.runtime, access)));
  world.loop.run();
  REQUIRE(access);
  REQUIRE(*access);
  CHECK((*access)->bearer_token == "secret");
}

TEST_CASE("context add, use and ls") {
  test::Stage stage;
  const std::string path = "/home/x/contexts.yaml";
  ContextAddOptions add;
  add.name = "a";
  add.endpoint = "https://192.0.2.1:8443";
  add.ca_file = "/a/ca.pem";
  add.token_file = "/a/token";
  CHECK(stage.run(run_context_add(stage.files, stage.terminal, path, add)));
  add.name = "b";
  CHECK(stage.run(run_context_add(stage.files, stage.terminal, path, add)));
  CHECK(read_contexts(path, stage.files.content[path])->current == "a");
  CHECK(stage.run(run_context_use(stage.files, stage.terminal, path, ContextUseOptions{"b"})));
  CHECK(stage.run(run_context_use(stage.files, stage.terminal, path, ContextUseOptions{"z"})).error().code ==
        Code::not_found);
  stage.terminal.output.clear();
  CHECK(stage.run(run_context_list(stage.files, stage.terminal, path, OutputFormat::table)));
  CHECK(stage.terminal.output ==
        "CURRENT  NAME  ENDPOINT                TENANT   WORKSPACE\n"
        "         a     https://192.0.2.1:8443  default  default\n"
        "*        b     https://192.0.2.1:8443  default  default\n");
  const std::string before = stage.files.content[path];
  add.endpoint = "ftp://x";
  CHECK_FALSE(stage.run(run_context_add(stage.files, stage.terminal, path, add)));
  CHECK(stage.files.content[path] == before);
}

TEST_CASE("tenant and workspace come from the options, then the context, and must be names") {
  GlobalOptions global;
  Context context;
  CHECK(choose_place(global, context)->tenant == "default");
  context.tenant = "acme";
  context.workspace = "shop";
  global.workspace = "lab";
  const auto place = choose_place(global, context);
  REQUIRE(place.has_value());
  CHECK(place->tenant == "acme");
  CHECK(place->workspace == "lab");
  global.tenant = "../x";
  CHECK(choose_place(global, context).error().message.starts_with("tenant: the name '../x' is not allowed"));
}

TEST_CASE("where the contexts are") {
  GlobalOptions global;
  global.home = "/home/x";
  CHECK(contexts_path(global) == "/home/x/.config/hanse/contexts.yaml");
  global.config = "mine.yaml";
  CHECK(contexts_path(global) == "mine.yaml");
}

}  // namespace
}  // namespace hanse::cli
