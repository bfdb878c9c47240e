#include "api/use_cases/cases/evidence_request.h"

#include "ledger/quote/reader.h"

#include <cmath>

namespace quotary::api {
namespace {

constexpr std::size_t upload_id_characters = 32;

std::optional<std::int32_t> degrees_of(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return inspecting::parse_degrees(std::string_view(value->get_string()));
  if (!value->is_number()) return std::nullopt;
  const double degrees = value->to_number<double>();
  if (!(std::abs(degrees) <= 180)) return std::nullopt;
  return static_cast<std::int32_t>(std::lround(degrees * 1e6));
}

std::optional<std::uint64_t> whole_number(const json::value* value, std::uint64_t most) {
  if (value == nullptr) return std::nullopt;
  boost::system::error_code failed;
  const auto number = value->to_number<std::uint64_t>(failed);
  if (failed || number > most) return std::nullopt;
  return number;
}

// Reads the members of one body; each answers the empty value after a fault.
class Body {
 public:
  Body(const Organisation::Parts& parts, const json::value& value, Faults& faults)
      : parts_(parts), reader_(value, "", faults), faults_(faults) {}

  // As documents can show it.
  std::string text(std::string_view name, std::size_t characters_max, Need need = Need::optional) {
    return printable(reader_.text(name, characters_max, need), reader_.at(name), characters_max);
  }
  std::string token(std::string_view name, std::size_t characters_max, std::string_view extra, Need need) {
    return reader_.token(name, characters_max, extra, need);
  }
  std::optional<gates::EvidenceKind> kind() {
    const auto* value = reader_.member("kind", Need::required);
    if (value == nullptr) return std::nullopt;
    const auto found = value->is_string() ? gates::find_code<gates::EvidenceKind>(std::string_view(value->get_string()))
                                          : std::nullopt;
    if (!found) faults_.add("/kind", "unknown_kind", "a kind is photo, deck, document, confirmation or other");
    return found;
  }
  std::string sha256() {
    const auto* value = reader_.member("sha256");
    if (value == nullptr) return {};
    const auto hash = value->is_string() ? Hash::from_hex(std::string_view(value->get_string()))
                                         : fail(Errc::invalid, "bad_hash", "");
    if (hash) return hash->hex();
    faults_.add("/sha256", "bad_sha256", "64 lower-case hexadecimal digits are expected");
    return {};
  }
  std::optional<Timestamp> captured_at() {
    const auto* value = reader_.member("captured_at");
    if (value == nullptr) return std::nullopt;
    const auto time =
        value->is_string() ? parse_rfc3339(std::string_view(value->get_string())) : fail(Errc::invalid, "bad_time", "");
    if (time) return *time;
    faults_.add("/captured_at", "bad_time", "a time is RFC 3339 in UTC: 2026-11-24T02:03:04Z");
    return std::nullopt;
  }
  std::optional<inspecting::Position> position() {
    const auto* value = reader_.member("position");
    if (value == nullptr) return std::nullopt;
    auto found = position_of(*value);
    if (!found)
      faults_.add(
          "/position", "bad_position",
          "a position has latitude and longitude in decimal degrees with at most 6 digits behind the point, and "
          "may have accuracy_m");
    return found;
  }
  std::optional<std::uint64_t> version(std::string_view name) {
    const auto* value = reader_.member(name);
    return value == nullptr ? std::nullopt : version_at(value, reader_.at(name));
  }
  std::optional<gates::Target> target() {
    const auto* value = reader_.member("target");
    if (value == nullptr) return std::nullopt;
    ObjectReader members(*value, "/target", faults_);
    gates::Target out;
    out.item = members.token("item", gates::limits::item_id_characters_max, "-", Need::required);
    if (const auto* version = members.member("version", Need::required))
      out.version = version_at(version, "/target/version").value_or(0);
    members.finish();
    return out;
  }
  std::optional<ScanSigner> signer(std::optional<gates::EvidenceKind> kind, bool first) {
    const auto* signature = reader_.member("signature");
    const auto* value = reader_.member("signer");
    if (signature == nullptr && value == nullptr) return std::nullopt;
    if (signature == nullptr || !signature->is_string() || signature->get_string() != "wet_scan")
      faults_.add("/signature", "bad_signature",
                  "only \"wet_scan\" is taken here: the scan of a paper that was signed by hand");
    if (first && kind && *kind != gates::EvidenceKind::confirmation)
      faults_.add("/signature", "bad_signature", "only evidence of the kind confirmation is signed");
    if (value == nullptr) {
      faults_.add("/signer", "required", "who signed the paper must be named");
      return std::nullopt;
    }
    ObjectReader members(*value, "/signer", faults_);
    const auto part = [&](std::string_view name, Need need) {
      return printable(members.text(name, signer_characters_max, need), members.at(name), signer_characters_max);
    };
    ScanSigner out{part("name", Need::required), part("role", Need::optional), part("organisation", Need::optional)};
    members.finish();
    return out;
  }
  void finish() { reader_.finish(); }

 private:
  std::string printable(std::string text, const std::string& pointer, std::size_t characters_max) {
    if (text.empty()) return text;
    auto shown = parts_.document_text(text, pointer, characters_max);
    if (shown) return std::move(*shown);
    faults_.add(pointer, shown.error());
    return {};
  }
  std::optional<std::uint64_t> version_at(const json::value* value, const std::string& pointer) {
    const auto number = whole_number(value, gates::limits::version_number_max);
    if (number && *number > 0) return number;
    faults_.add(pointer, "bad_version", "a version is a whole number from 1");
    return std::nullopt;
  }

  const Organisation::Parts& parts_;
  ObjectReader reader_;
  Faults& faults_;
};

}  // namespace

std::optional<inspecting::Position> position_of(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const auto& members = value.get_object();
  for (const auto& [name, member] : members)
    if (name != "latitude" && name != "longitude" && name != "accuracy_m" && name != "name") return std::nullopt;
  const auto latitude = degrees_of(members.if_contains("latitude"));
  const auto longitude = degrees_of(members.if_contains("longitude"));
  if (!latitude || !longitude) return std::nullopt;
  inspecting::Position out{*latitude, *longitude, {}};
  if (const auto* accuracy = members.if_contains("accuracy_m")) {
    const auto metres = whole_number(accuracy, position_accuracy_m_max);
    if (!metres) return std::nullopt;
    out.accuracy_cm = static_cast<std::uint32_t>(*metres * 100);
  }
  if (!inspecting::is_on_earth(out)) return std::nullopt;
  return out;
}

Result<EvidenceRequest> parse_evidence_request(const Organisation::Parts& parts, const json::object& body, bool first) {
  Faults faults;
  const json::value value(body);
  Body members(parts, value, faults);
  EvidenceRequest out;
  out.upload = members.token("upload", upload_id_characters, "", Need::required);
  if (first) {
    out.kind = members.kind();
    out.requirement = members.token("requirement", gates::limits::code_characters_max, "-_", Need::optional);
  } else {
    out.parent = members.version("parent");
  }
  out.title = members.text("title", evidence_title_characters_max, Need::required);
  out.version_label = members.text("version_label", version_label_characters_max);
  out.change_note = members.text("change_note", change_note_characters_max);
  out.sha256 = members.sha256();
  out.captured_at = members.captured_at();
  out.position = members.position();
  out.target = members.target();
  out.signer = members.signer(out.kind, first);
  members.finish();
  if (faults.none()) return out;
  Error error = std::move(faults).error("evidence_invalid");
  // The first fault names the whole, as elsewhere.
  error.code = error.problems.front().code;
  return error;
}

std::string version_label_in(std::string_view file_name) {
  const auto is_digit = [&](std::size_t at) {
    return at < file_name.size() && file_name[at] >= '0' && file_name[at] <= '9';
  };
  const auto is_letter = [&](std::size_t at) {
    const auto lower = static_cast<char>(file_name[at] | 0x20);
    return lower >= 'a' && lower <= 'z';
  };
  std::string found;
  for (std::size_t at = 0; at < file_name.size(); ++at) {
    const bool begins = (file_name[at] == 'v' || file_name[at] == 'V') && is_digit(at + 1) &&
                        (at == 0 || (!is_letter(at - 1) && !is_digit(at - 1)));
    if (!begins) continue;
    std::size_t end = at + 1;
    while (is_digit(end) || (end < file_name.size() && file_name[end] == '.' && is_digit(end + 1))) ++end;
    if (end - at <= version_label_characters_max) found = file_name.substr(at, end - at);
  }
  return found;
}

}  // namespace quotary::api
