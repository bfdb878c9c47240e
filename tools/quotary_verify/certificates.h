// By which certificates did a log's organisation sign documents, and who said that one follows another? Pure.
#pragma once

#include "ledger/log/export_check.h"
#include "tools/quotary_verify/verdict.h"

#include <map>
#include <string>
#include <vector>

namespace quotary::offline {

inline constexpr std::size_t certificates_told_max = 100;

// The certificates that an export's entries adopted, judged while it is checked: that each is the one that its entry
// names, and that what is given as signed by the keys of two is, about these two and no others. One thread.
class ExportedCertificates {
 public:
  // `names` are those of the log, and of logs that it succeeded.
  explicit ExportedCertificates(std::vector<std::string> names);
  ExportedCertificates(const ExportedCertificates&) = delete;
  ExportedCertificates& operator=(const ExportedCertificates&) = delete;

  // For check_export().
  [[nodiscard]] const ExportWatch& watch() const { return watch_; }
  // Adds each certificate with its time, and whose word there is for it, the first certificates_told_max.
  void tell(Verdict& verdict) const;

 private:
  struct Adopted {
    // Whose word there is for it, beside the log's.
    [[nodiscard]] std::string word() const;

    std::uint64_t index = 0;
    std::string use, time, sha256, subject;
    std::string before;  // what became of the one before, as its key signed: "renewed", "revoked"; else ""
    bool first = true;   // of its use
    bool renewal_withheld = false;
  };

  [[nodiscard]] std::optional<std::string> see(std::string_view canonical, const std::vector<ExportedObject>& objects);
  [[nodiscard]] std::optional<std::string> see_renewal(std::string_view text, const Adopted& adopted,
                                                       const json::object& body) const;

  const std::vector<std::string> names_;
  ExportWatch watch_;
  std::vector<Adopted> adopted_;
  std::map<std::string, Adopted> newest_;  // by use
};

}  // namespace quotary::offline
