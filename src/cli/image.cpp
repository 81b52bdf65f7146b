// hanse image import: uploads the files, then declares the image that is made of them. hanse image add-boot:
// lets its disk boot on one more architecture.
#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "cli/changed_spec.h"
#include "cli/commands.h"
#include "cli/image_upload.h"
#include "cli/json_lookup.h"
#include "cli/show.h"
#include "model/metadata.h"

namespace hanse::cli {
namespace {

std::vector<ImageFile> boot_files(const std::string& kernel, const std::string& initramfs) {
  std::vector<ImageFile> files;
  if (!kernel.empty()) files.push_back({.role = "kernel", .path = kernel});
  if (!initramfs.empty()) files.push_back({.role = "initramfs", .path = initramfs});
  return files;
}

void show_image(const Session& session, const Kind& kind, const json::Value& image, const std::string& name,
                const char* done) {
  if (session.output != OutputFormat::table) {
    show_one(session, kind, image);
  } else {
    session.terminal.print(fmt::format("image/{} {}\n", name, done));
  }
}

}  // namespace

Task<Status> run_image_import(Session session, ImageImportOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("image"));
  HANSE_CO_CHECK(model::check_name(options.name, "/metadata/name"));
  std::vector<ImageFile> files{{.role = "disk", .path = options.file, .format = options.format}};
  for (ImageFile& file : boot_files(options.kernel, options.initramfs)) files.push_back(std::move(file));
  HANSE_CO_TRY(UploadedImage uploaded, co_await upload_image(session, std::move(files)));
  json::Object spec;
  spec["virtualSizeMib"] = uploaded.virtual_size_mib.value_or(0);
  spec["architecture"] = options.architecture;
  spec["blobs"] = std::move(uploaded.blobs);
  spec["commandLine"] = options.command_line;
  json::Object body;
  body["metadata"] = json::Object{{"name", options.name}};
  body["spec"] = std::move(spec);
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call("PUT", item_path(*kind, session.place, options.name), body));
  constexpr int kCreated = 201;
  show_image(session, *kind, answer.body, options.name, answer.status == kCreated ? "created" : "configured");
  co_return Status();
}

Task<Status> run_image_add_boot(Session session, ImageAddBootOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("image"));
  const std::string path = item_path(*kind, session.place, options.name);
  // One that does not exist is known before anything is sent.
  HANSE_CO_TRY(const ApiAnswer known, co_await session.api.call("GET", path));
  HANSE_CO_TRY(UploadedImage uploaded,
               co_await upload_image(session, boot_files(options.kernel, options.initramfs)));
  json::Object boot{{"architecture", options.architecture},
                    {"blobs", std::move(uploaded.blobs)},
                    {"commandLine", options.command_line}};
  HANSE_CO_TRY(const json::Value answer,
               co_await put_changed_spec(session, path, [&boot](json::Object& spec) -> Status {
                 json::Value& boots = spec["otherBoots"];
                 if (!boots.is_array()) boots = json::Array();
                 json::Array& known_boots = boots.as_array();
                 // The same once more changes nothing; whether another may take its place the zone says.
                 const auto* const same =
                     std::find_if(known_boots.begin(), known_boots.end(), [&boot](const json::Value& other) {
                       return text_at(other, "/architecture") == text_at(boot, "/architecture");
                     });
                 if (same != known_boots.end()) known_boots.erase(same);
                 known_boots.push_back(std::move(boot));
                 return {};
               }));
  show_image(session, *kind, answer, options.name,
             fmt::format("boots on {} too", options.architecture).c_str());
  co_return Status();
}

}  // namespace hanse::cli
