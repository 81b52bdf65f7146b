// What the files of images weigh on their way to another zone: at the target how much of them it lacks, at
// the source what a few of their chunks are when they are sent.
//
// Thread: the loop. Failure: those of Files; not_found when the source has not got one of them.
#pragma once

#include <cstddef>
#include <vector>

#include "migration/forecast.h"
#include "model/storage.h"
#include "zone/images/blob_fetch.h"

namespace hanse::zone {

// Of all files together.
inline constexpr std::size_t kImageSamples = 32;

// Without what has come of a fetch that broke off. What other files here share with them is not looked for.
Task<Result<Bytes>> missing_bytes(BlobFetchParts parts, std::vector<model::Image> images);

// Spread evenly.
Task<Result<migration::ImageSample>> sample_images(BlobManifests& manifests,
                                                   std::vector<model::Image> images);

}  // namespace hanse::zone
