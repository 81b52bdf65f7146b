#include "zone/image_reconciler.h"

#include <algorithm>

namespace hanse::zone {

// And stays, since an image names it.
Task<Result<bool>> ImageReconciler::is_here(std::string digest) {
  co_await blobs_.settled(digest);
  HANSE_CO_TRY(const std::optional<Bytes> size, co_await images_.blobs().find(digest));
  co_return size.has_value();
}

Task<Result<bool>> ImageReconciler::complete(model::ImageSpec image) {
  for (const model::Blob& blob : model::all_blobs(image)) {
    HANSE_CO_TRY(const bool here, co_await is_here(blob.digest));
    if (!here) co_return false;
  }
  co_return true;
}

std::vector<std::string> ImageReconciler::zones_to_ask(const std::string& origin) const {
  std::vector<std::string> zones = peers_.names();
  const auto first = std::find(zones.begin(), zones.end(), origin);
  if (first != zones.end()) std::rotate(zones.begin(), first, first + 1);
  return zones;
}

Task<Status> ImageReconciler::fetch_blob(model::Blob blob, std::string origin, Bytes& fetched) {
  co_await InProgress::wait_for_none(fetching_, blob.digest);
  const InProgress fetching(fetching_, blob.digest);
  // Whoever was waited for may have brought it.
  HANSE_CO_TRY(const bool here, co_await is_here(blob.digest));
  if (here) co_return Status();
  co_return co_await fetch_once(blob, std::move(origin), fetched);
}

Task<Status> ImageReconciler::fetch_once(model::Blob blob, std::string origin, Bytes& fetched) {
  std::vector<std::string> zones = zones_to_ask(origin);
  std::vector<BlobSource> sources;
  for (const std::string& zone : zones) {
    const auto client = clients_.get(zone);
    if (client)
      sources.push_back(
          {zone, [kept = *client](http::Request request) { return kept->send(std::move(request)); }});
  }
  BlobFetch by_chunks(parts_, blob, std::move(sources), fetched);
  const Status got = co_await by_chunks.run();
  // What no zone gives by chunks, or one gave wrong ones of, is fetched whole.
  if (got || (got.error().code != Code::not_found && got.error().code != Code::data_loss)) co_return got;
  const std::string folder = images_.blobs().coming_folder(blob.digest);
  HANSE_CO_CHECK(co_await fetch_whole(std::move(blob), std::move(zones), fetched));
  co_return co_await runtime_.files.remove_all(folder);
}

Task<Status> ImageReconciler::fetch_whole(model::Blob blob, std::vector<std::string> zones, Bytes& fetched) {
  Error last{Code::unavailable, "no trusted zone has " + blob.digest};
  for (const std::string& zone : zones) {
    const auto client = clients_.get(zone);
    if (!client) continue;
    const Status got = co_await images_.fetch(**client, blob, fetched);
    if (got) co_return Status();
    if (got.error().code != Code::not_found)
      last = Error{got.error().code, "from zone '" + zone + "': " + got.error().message};
  }
  co_return fail(last);
}

Task<Status> ImageReconciler::fetch(model::ImageSpec image, std::string origin, Bytes& fetched) {
  Bytes before;
  for (const model::Blob& blob : model::all_blobs(image)) {
    HANSE_CO_TRY(const bool here, co_await is_here(blob.digest));
    if (here) continue;
    Bytes one;
    HANSE_CO_CHECK(co_await fetch_blob(blob, origin, one));
    before += one;
    fetched = before;
  }
  co_return Status();
}

Task<Result<Again>> ImageReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Image>::kTraits, key);
  const auto image = tables_.images.get(id);
  if (!image) {
    if (image.error().code == Code::not_found) co_return Again();
    co_return fail(image.error());
  }
  if ((*image)->metadata.deleted_at) {
    HANSE_CO_CHECK(co_await tables_.images.erase(*image));
    co_await blobs_.drop((*image)->spec);
    co_return Again();
  }
  const bool was_active = (*image)->status.state == model::ResourceState::active;
  HANSE_CO_TRY(const bool here, co_await complete((*image)->spec));
  if (was_active && here) co_return Again();

  Status fetched_all;
  if (!here) {
    const auto origin = (*image)->annotations.find(kOriginAnnotation);
    Bytes fetched;
    fetched_all =
        co_await fetch((*image)->spec, origin == (*image)->annotations.end() ? "" : origin->second, fetched);
  }
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  const auto written = co_await tables_.images.update(id, [&](model::Image& changed) -> Status {
    changed.status.state = fetched_all ? model::ResourceState::active : model::ResourceState::creating;
    changed.status.percent = fetched_all ? 100 : 0;
    const std::string message = fetched_all ? "" : fetched_all.error().message;
    model::add_condition(changed.status.conditions,
                         {changed.status.state, "Blobs", fetched_all ? "Complete" : "Missing", message, now});
    return {};
  });
  if (!written) co_return fail(written.error());
  if (!fetched_all) co_return fail(fetched_all.error());
  co_return Again();
}

}  // namespace hanse::zone
