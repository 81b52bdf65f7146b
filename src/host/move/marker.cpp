#include "host/move/marker.h"

#include "base/json_mapping.h"

namespace hanse::host {

HANSE_DEFINE_JSON(MoveMarker)

Task<Result<std::optional<MoveMarker>>> MoveMarkers::read(std::string uid) {
  const Result<std::string> text = co_await files_.read(path(uid), kSmallFileLimit);
  if (!text) {
    if (text.error().code == Code::not_found) co_return std::optional<MoveMarker>();
    co_return fail(text.error());
  }
  const auto value = json::parse(*text);
  const auto marker =
      value.and_then([](const json::Value& parsed) { return json::from_json<MoveMarker>(parsed); });
  if (!marker) co_return fail(Code::data_loss, "{} is damaged: {}", path(uid), marker.error().message);
  co_return std::optional<MoveMarker>(*marker);
}

Task<Status> MoveMarkers::write(std::string uid, MoveMarker marker) {
  HANSE_CO_CHECK(co_await files_.make_directories(folder_));
  co_return co_await files_.write_atomically(path(uid), json::dump(to_json(marker)));
}

Task<Status> MoveMarkers::remove(std::string uid) {
  if (folder_.empty()) co_return Status();
  co_return co_await files_.remove_all(path(uid));
}

}  // namespace hanse::host
