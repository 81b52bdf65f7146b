// What the unit tests of io/ share: a folder that removes itself, a log that is kept, and a CA with
// certificates.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "io/openssl_certificates.h"
#include "io/system_clock.h"
#include "runtime/network.h"

namespace hanse::io::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hanse-io-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name = {}) const { return name.empty() ? path_ : path_ + "/" + name; }

 private:
  std::string path_;
};

class KeptLog final : public LogSink {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::string_view line) override { lines.emplace_back(line); }
  bool contains(std::string_view text) const {
    for (const std::string& line : lines)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }
  std::vector<std::string> lines;
};

// One zone's CA.
class Authority {
 public:
  explicit Authority(const std::string& zone)
      : ca_(certificates_.make_authority(zone, Seconds{3600}).value()) {}

  TlsOptions options(const std::string& name, const std::string& expected_name = {},
                     std::vector<std::string> dns_names = {}) {
    const CertificateTerms terms{.name = name, .dns_names = std::move(dns_names)};
    const auto made = certificates_.issue(ca_, terms).value();
    return TlsOptions{.certificate_pem = made.certificate_pem,
                      .key_pem = made.key_pem,
                      .trusted_ca_pem = ca_.certificate_pem,
                      .expected_name = expected_name};
  }
  // Trusts this CA and shows nothing.
  TlsOptions anonymous() const { return TlsOptions{.trusted_ca_pem = ca_.certificate_pem}; }
  std::string fingerprint() { return certificates_.read(ca_.certificate_pem)->fingerprint; }

 private:
  SystemClock clock_;
  OpensslCertificates certificates_{clock_};
  KeyedCertificate ca_;
};

}  // namespace hanse::io::test
