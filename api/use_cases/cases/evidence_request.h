// What somebody says of a version of evidence that they uploaded: the body of the calls that add one.
#pragma once

#include "api/inspecting/geo.h"
#include "api/use_cases/parts.h"
#include "ledger/gates/gate.h"

#include <optional>
#include <string>
#include <string_view>

namespace quotary::api {

// Limits of these bodies, in one place; characters are code points after NFC.
inline constexpr std::size_t evidence_title_characters_max = 200, version_label_characters_max = 40,
                             change_note_characters_max = 2'000, signer_characters_max = 100;
inline constexpr std::uint64_t position_accuracy_m_max = 100'000;

// Who signed a paper whose scan was uploaded.
struct ScanSigner {
  std::string name, role, organisation;
};

// A value; what was not given is empty.
struct EvidenceRequest {
  std::string upload;
  std::optional<gates::EvidenceKind> kind;  // of an item's first version
  std::string requirement, title, version_label, change_note;
  std::string sha256;  // declared, lower-case hexadecimal
  std::optional<Timestamp> captured_at;
  std::optional<inspecting::Position> position;
  std::optional<gates::Target> target;
  std::optional<std::uint64_t> parent;
  std::optional<ScanSigner> signer;  // with "signature": "wet_scan"
};

// Strict. `first`: with the kind and requirement of a new item, and no parent. Errc::invalid with the first fault's
// code and each by pointer: `required`, `wrong_type`, `unknown_member`, `unknown_kind`, `bad_sha256`, `bad_time`,
// `bad_position`, `bad_version`, `bad_signature`, and those of texts.
[[nodiscard]] Result<EvidenceRequest> parse_evidence_request(const Organisation::Parts& parts, const json::object& body,
                                                             bool first);

// {"latitude", "longitude", "accuracy_m"?}, degrees as decimal strings or numbers; nothing for anything else.
[[nodiscard]] std::optional<inspecting::Position> position_of(const json::value& value);

// "v2.3" out of "方案_v2.3.pptx": the last such word of a file's name; "" when there is none.
[[nodiscard]] std::string version_label_in(std::string_view file_name);

}  // namespace quotary::api
