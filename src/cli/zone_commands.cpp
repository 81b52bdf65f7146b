// image, token, login, whoami, context.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

void add_image(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* image = app.add_subcommand("image", "Import and list images");
  image->require_subcommand(1);
  ImageImportOptions& options = drafts.image_import;
  CLI::App* import = image->add_subcommand("import", "Upload a disk and make an image of it");
  import
      ->add_option("file", options.file,
                   "The disk: raw, qcow2, vmdk, vhd or vhdx, an OVA archive with one, or an OCI archive, "
                   "whose layers become a root file system")
      ->required();
  import->add_option("--name", options.name, "Name of the image")->required();
  import->add_option("--kernel", options.kernel, "Kernel to boot directly; needs --initramfs");
  import->add_option("--initramfs", options.initramfs, "Initial RAM file system of the kernel");
  import->add_option("--command-line", options.command_line, "Command line of the kernel");
  import->add_option("--format", options.format, "Format of the disk")
      ->check(CLI::IsMember({"auto", "raw", "qcow2", "vmdk", "vhd", "vhdx", "ova", "oci"}))
      ->capture_default_str();
  import->add_option("--architecture", options.architecture, "Processor that it is made for")
      ->check(CLI::IsMember({"x86_64", "aarch64"}))
      ->capture_default_str();
  import->callback([&drafts] {
    if (drafts.image_import.kernel.empty() != drafts.image_import.initramfs.empty()) {
      throw CLI::ValidationError("image import", "--kernel and --initramfs go together");
    }
    drafts.command = drafts.image_import;
  });
  ImageAddBootOptions& boot = drafts.image_add_boot;
  CLI::App* add_boot = image->add_subcommand(
      "add-boot", "Let an image's disk boot on one more architecture, with a kernel of its own");
  add_boot->add_option("name", boot.name, "Name of the image")->required();
  add_boot->add_option("--architecture", boot.architecture, "The architecture of the kernel")
      ->check(CLI::IsMember({"x86_64", "aarch64"}))
      ->required();
  add_boot->add_option("--kernel", boot.kernel, "Kernel to boot directly")->required();
  add_boot->add_option("--initramfs", boot.initramfs, "Initial RAM file system of the kernel");
  add_boot->add_option("--command-line", boot.command_line, "Command line of the kernel");
  add_boot->callback([&drafts] { drafts.command = drafts.image_add_boot; });
  CLI::App* list = image->add_subcommand("ls", "List images");
  list->callback([&drafts] { drafts.command = GetOptions{"images", "", "", false}; });
}

void add_token(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* token = app.add_subcommand("token", "Make tokens for people");
  token->require_subcommand(1);
  CLI::App* create = token->add_subcommand("create", "Make a token for the API");
  create->add_option("--subject", drafts.token_create.subject, "Whom it stands for");
  create->add_option("--expires", drafts.token_create.expires, "How long it is good: 15m, 24h, 7d")
      ->capture_default_str();
  create->callback([&drafts] { drafts.command = drafts.token_create; });
  CLI::App* invite = token->add_subcommand("invite", "Make a one-time code with which a person logs in");
  invite->add_option("subject", drafts.token_invite.subject, "Whom the token will stand for")->required();
  invite->add_option("--expires", drafts.token_invite.expires, "How long the code is good")
      ->capture_default_str();
  invite->callback([&drafts] { drafts.command = drafts.token_invite; });
  CLI::App* show = token->add_subcommand("show", "Show who the context's token stands for: as whoami");
  show->callback([&drafts] { drafts.command = WhoamiOptions{}; });
}

void add_login(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* login =
      app.add_subcommand("login", "Get a token for the context, with a code or as administrator");
  LoginOptions& options = drafts.login;
  login->add_option("--code", options.code, "The one-time code; without it, it is asked for");
  login->add_option("--admin-token-file", options.admin_token_file,
                    "Log in with the administrator's token in this file instead");
  login->add_option("--subject", options.subject, "With --admin-token-file: whom the token stands for")
      ->capture_default_str();
  login->add_option("--expires", options.expires, "How long the token is good")->capture_default_str();
  login->callback([&drafts] { drafts.command = drafts.login; });
  CLI::App* whoami =
      app.add_subcommand("whoami", "Show who you are for the zone, what you may do, and until when");
  whoami->callback([&drafts] { drafts.command = WhoamiOptions{}; });
}

void add_context(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* context = app.add_subcommand("context", "Zones that this command line talks to");
  context->require_subcommand(1);
  CLI::App* list = context->add_subcommand("ls", "List contexts");
  list->callback([&drafts] { drafts.command = ContextListOptions{}; });
  CLI::App* use = context->add_subcommand("use", "Make a context the current one");
  use->add_option("name", drafts.context_use.name, "Name of the context")->required();
  use->callback([&drafts] { drafts.command = drafts.context_use; });
  // The tenant and the workspace of a new context are the global options of these names.
  CLI::App* add = context->add_subcommand("add", "Add a context, or replace the one of that name");
  ContextAddOptions& options = drafts.context_add;
  add->add_option("name", options.name, "Name of the context")->required();
  add->add_option("--endpoint", options.endpoint, "The zone's API: https://host:port")->required();
  add->add_option("--ca-file", options.ca_file, "The zone's CA certificate, PEM")->required();
  add->add_option("--token-file", options.token_file, "File with the token")->required();
  add->add_flag("--use", options.use, "Make it the current one");
  add->callback([&drafts] {
    drafts.context_add.tenant = drafts.global.tenant;
    drafts.context_add.workspace = drafts.global.workspace;
    drafts.command = drafts.context_add;
  });
}

}  // namespace

void add_zone_commands(CLI::App& app, CommandDrafts& drafts) {
  add_image(app, drafts);
  add_token(app, drafts);
  add_login(app, drafts);
  add_context(app, drafts);
}

}  // namespace hanse::cli
