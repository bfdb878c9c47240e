#include "api/use_cases/signature_rules.h"

#include "api/use_cases/body_members.h"
#include "api/use_cases/erasure_rules.h"
#include "ledger/base/canonical_scan.h"
#include "ledger/records/confirmations.h"
#include "ledger/records/fields.h"
#include "signing/passkey.h"

#include <algorithm>
#include <cctype>

namespace quotary::api {
namespace {

using records::SignatureRequestRecord;
using records::text_of;

constexpr std::size_t phone_digits_min = 5, phone_digits_max = 20;

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.find('@', at + 1) != text.npos)
    return false;
  return text.size() <= address_bytes_max && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return c > 0x20 && c != 0x7F && c != '<' && c != '>' && c != ',' && c != '"' && c != ';';
         });
}

bool is_phone(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= phone_digits_min && text.size() <= phone_digits_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A member of a signer, whose faults are named with its place.
class SignerReader {
 public:
  SignerReader(const json::object& signer, std::string pointer, Error& error)
      : signer_(signer), pointer_(std::move(pointer)), error_(error) {}

  std::string text(std::string_view name) {
    const auto* value = signer_.if_contains(name);
    if (!value) return {};
    if (value->is_string()) return std::string(value->get_string());
    fault(name, "bad_type", "a string is expected");
    return {};
  }
  void fault(std::string_view name, std::string code, std::string detail) {
    add_fault(error_, std::move(code), pointer_ + "/" + std::string(name), std::move(detail));
  }
  void refuse_others(std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : signer_)
      if (std::find(known.begin(), known.end(), std::string_view(name)) == known.end())
        fault(name, "unknown_member", "no such member");
  }
  std::vector<std::string> factors(const std::vector<std::string>& demanded) {
    auto out = demanded;
    const auto* given = signer_.if_contains("factors");
    if (!given) return out;
    bool good = given->is_array() && given->get_array().size() <= 3;
    for (std::size_t i = 0; good && i < given->get_array().size(); ++i) {
      const auto& each = given->get_array()[i];
      good = each.is_string() && signature::is_factor(each.get_string());
      const std::string name = good ? std::string(each.get_string()) : std::string();
      if (good && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
    if (!good) fault("factors", "bad_factors", "a list of link, code and passkey, beside what is demanded of all");
    return out;
  }

 private:
  const json::object& signer_;
  const std::string pointer_;
  Error& error_;
};

SignerDetails parse_signer(const Organisation::Parts& parts, const json::value& value, const std::string& pointer,
                           Error& error) {
  SignerDetails out;
  if (!value.is_object()) {
    add_fault(error, "bad_type", pointer, "an object is expected");
    return out;
  }
  SignerReader reader(value.get_object(), pointer, error);
  reader.refuse_others({"name", "role", "organisation", "email", "phone", "language", "factors"});
  out.name = reader.text("name");
  out.role = reader.text("role");
  out.organisation = reader.text("organisation");
  if (out.name.empty() || characters_in(out.name) > signer_name_characters_max)
    reader.fault("name", "bad_name", "a name has 1 to 80 characters");
  if (characters_in(out.role) > signer_role_characters_max)
    reader.fault("role", "bad_role", "a role has at most 80 characters");
  if (characters_in(out.organisation) > signer_organisation_characters_max)
    reader.fault("organisation", "bad_organisation", "an organisation has at most 120 characters");
  const auto email = reader.text("email"), phone = reader.text("phone");
  if (email.empty() == phone.empty())
    reader.fault("email", "address_missing", "name one: an e-mail address or a phone");
  if (!email.empty() && !is_email(email)) reader.fault("email", "bad_email", "no e-mail address");
  if (!phone.empty() && !is_phone(phone))
    reader.fault("phone", "bad_phone", "5 to 20 digits, with + before them or not");
  out.channel = email.empty() ? "phone" : "email";
  out.address = email.empty() ? phone : email;
  out.language = reader.text("language");
  if (out.language.empty()) out.language = "zh-CN";
  if (out.language != "zh-CN" && out.language != "en") reader.fault("language", "bad_language", "zh-CN or en");
  out.factors = reader.factors(parts.config.signature.factors);
  const bool passkey = std::find(out.factors.begin(), out.factors.end(), "passkey") != out.factors.end();
  if (const auto site = signing::passkey_site(parts.profile.public_url); passkey && !site)
    reader.fault("factors", site.error().code, site.error().detail);
  return out;
}

std::uint64_t parse_days(const json::object& body, Error& error) {
  const auto* value = body.if_contains("expires_in_days");
  if (!value) return signature_days_default;
  if (value->is_int64() && value->get_int64() >= 1 &&
      static_cast<std::uint64_t>(value->get_int64()) <= signature_days_max)
    return static_cast<std::uint64_t>(value->get_int64());
  add_fault(error, "bad_expiry", "/expires_in_days", "a whole number from 1 to 90");
  return signature_days_default;
}

// What cannot be read of an entry's own object is damage.
Error damaged_signers(const SignatureRequestRecord& request) {
  return fail(Errc::corrupt, "payload_damaged", "signers of entry " + std::to_string(request.index));
}

json::object signer_row(const Organisation::Parts& parts, const SignatureRequestRecord& request,
                        const records::SignerRecord& signer, const SignatureDetails* details, bool masked) {
  json::object row{{"id", signer.id}, {"field", signer.field}, {"status", signer.status}, {"links", signer.links}};
  json::array factors;
  for (const std::string& factor : signer.factors) factors.emplace_back(factor);
  row["factors"] = std::move(factors);
  if (details) {
    if (const auto found = signer_details(*details, signer.id)) {
      row["name"] = found->name;
      if (!found->role.empty()) row["role"] = found->role;
      if (!found->organisation.empty()) row["organisation"] = found->organisation;
      row["channel"] = found->channel;
      row["address"] = masked ? masked_address(found->channel, found->address) : found->address;
      row["language"] = found->language;
    }
  }
  const auto time = [&](const char* name, const std::optional<Timestamp>& at) {
    if (at) row[name] = format_rfc3339(*at);
  };
  time("sent_at", signer.sent_at);
  time("reminded_at", signer.reminded_at);
  time("viewed_at", signer.viewed_at);
  time(signer.status == "declined" ? "declined_at" : "signed_at", signer.ended_at);
  const bool open = request.status == "open" && signer.status == "asked";
  if (open && !request.is_turn_of(signer.id)) {
    row["delivery"] = json::object{{"state", "waiting_turn"}};
  } else if (signer.sent_at) {
    row["delivery"] = json::object{{"state", "sent"}};
  } else if (open) {
    const auto at = parts.courier ? parts.courier->invitation(request, signer) : signature::InvitationState{};
    json::object delivery{{"state", at.failed ? "failed" : at.failures > 0 ? "failing" : "pending"}};
    if (at.failures > 0) {
      delivery["failures"] = at.failures;
      delivery["code"] = at.code;
    }
    row["delivery"] = std::move(delivery);
  }
  return row;
}

}  // namespace

Result<SignatureDetails> parse_signature_request(const Organisation::Parts& parts, const json::object& body) {
  Error error = fail(Errc::invalid, "", "");
  refuse_unknown(body, {"signers", "order", "expires_in_days", "message"}, error);
  SignatureDetails out;
  const auto* signers = body.if_contains("signers");
  if (!signers || !signers->is_array() || signers->get_array().empty() ||
      signers->get_array().size() > records::signers_max) {
    add_fault(error, "bad_signers", "/signers", "a list of one to three signers");
  } else {
    for (std::size_t i = 0; i < signers->get_array().size(); ++i)
      out.signers.push_back(parse_signer(parts, signers->get_array()[i], "/signers/" + std::to_string(i), error));
  }
  const auto order = text_member(body, "order", error);
  if (!order.empty() && order != "parallel" && order != "in_order")
    add_fault(error, "bad_order", "/order", "parallel or in_order");
  out.in_order = order == "in_order";
  out.days = parse_days(body, error);
  out.message = text_member(body, "message", error);
  if (characters_in(out.message) > signature_message_characters_max)
    add_fault(error, "bad_message", "/message", "a message has at most 1,000 characters");
  if (!error.problems.empty()) return error;
  // What goes into documents and evidence must be printable there.
  for (std::size_t i = 0; i < out.signers.size(); ++i) {
    auto& signer = out.signers[i];
    const auto pointer = "/signers/" + std::to_string(i);
    QUOTARY_TRY(name, parts.document_text(signer.name, pointer + "/name", signer_name_characters_max));
    QUOTARY_TRY(role, parts.document_text(signer.role, pointer + "/role", signer_role_characters_max));
    QUOTARY_TRY(organisation, parts.document_text(signer.organisation, pointer + "/organisation",
                                                  signer_organisation_characters_max));
    signer.name = std::move(name);
    signer.role = std::move(role);
    signer.organisation = std::move(organisation);
  }
  QUOTARY_TRY(message, parts.document_text(out.message, "/message", signature_message_characters_max));
  out.message = std::move(message);
  return out;
}

std::string signers_text(const SignatureDetails& details) {
  json::array signers;
  for (const SignerDetails& each : details.signers) {
    json::object signer{
        {"id", each.id}, {"name", each.name}, {each.channel, each.address}, {"language", each.language}};
    if (!each.role.empty()) signer["role"] = each.role;
    if (!each.organisation.empty()) signer["organisation"] = each.organisation;
    signers.push_back(std::move(signer));
  }
  json::object out{{"signers", std::move(signers)}};
  if (!details.message.empty()) out["message"] = details.message;
  const auto canonical = canonical_json(out);
  QUOTARY_CHECK(canonical.has_value());
  return *canonical;
}

Result<SignatureDetails> read_signers(const Organisation::Parts& parts, const SignatureRequestRecord& request) {
  QUOTARY_TRY(entry, parts.ledger->entry(request.index));
  QUOTARY_TRY(stored, parts.payload(entry, "signers"));
  QUOTARY_TRY(value, parse_json(stored));
  if (!value.is_object()) return damaged_signers(request);
  SignatureDetails out;
  out.message = text_of(value.get_object(), "message");
  out.in_order = request.in_order;
  const auto* signers = value.get_object().if_contains("signers");
  if (!signers || !signers->is_array()) return damaged_signers(request);
  for (const auto& each : signers->get_array()) {
    if (!each.is_object()) return damaged_signers(request);
    const auto& o = each.get_object();
    SignerDetails signer{text_of(o, "id"), text_of(o, "name"),  text_of(o, "role"),     text_of(o, "organisation"),
                         "email",          text_of(o, "email"), text_of(o, "language"), {}};
    if (signer.address.empty()) {
      signer.channel = "phone";
      signer.address = text_of(o, "phone");
    }
    out.signers.push_back(std::move(signer));
  }
  return out;
}

Result<SignerDetails> signer_details(const SignatureDetails& details, std::string_view signer) {
  for (const SignerDetails& each : details.signers)
    if (each.id == signer) return each;
  return fail(Errc::corrupt, "payload_damaged", "the signers of a request lack one of them");
}

std::string link_token(const signing::KeyFolder& keys, std::string_view request, std::string_view signer,
                       std::uint64_t links) {
  const auto hash =
      keys.keyed_hash("sign_link", std::string(request) + "/" + std::string(signer) + "/" + std::to_string(links));
  return to_base64url(hash.view());
}

std::string link_hash(std::string_view token) { return sha256(token).hex(); }

std::string masked_address(std::string_view channel, std::string_view address) {
  constexpr std::size_t shown_front = 3, shown_back = 4;
  if (channel == "email") {
    const auto at = std::min(address.find('@'), address.size());
    // A whole character: what is cut within one is no text, and neither evidence nor an answer can hold it.
    return std::string(address.substr(0, std::min(at, utf8_length(address)))) + "***" + std::string(address.substr(at));
  }
  if (address.size() <= shown_front + shown_back) return "****";
  return std::string(address.substr(0, shown_front)) + "****" +
         std::string(address.substr(address.size() - shown_back));
}

json::object signature_row(const Organisation::Parts& parts, const SignatureRequestRecord& request,
                           const SignatureDetails* details, bool masked) {
  json::object row{{"id", request.id},
                   {request.code(), request.number},
                   {"status", request.status},
                   {"order", request.in_order ? "in_order" : "parallel"},
                   {"consent", request.consent},
                   {"requested_by", person_member(parts, request.requested_by, request.requested_role)},
                   {"requested_at", format_rfc3339(request.requested_at)},
                   {"expires_at", format_rfc3339(request.expires_at)}};
  if (request.ended_at) row["ended_at"] = format_rfc3339(*request.ended_at);
  if (details && !details->message.empty()) row["message"] = details->message;
  json::array signers;
  for (const auto& signer : request.signers) signers.push_back(signer_row(parts, request, signer, details, masked));
  row["signers"] = std::move(signers);
  return row;
}

void put_revision(Draft& draft, std::string_view base, std::uint64_t base_revision, std::string_view whole,
                  const std::string& key_subject) {
  draft.body["base_sha256"] = sha256(base).hex();
  draft.body["base_size"] = base.size();
  draft.body["revision"] = base_revision + 1;
  draft.body["document_sha256"] = sha256(whole).hex();
  draft.body["document_size"] = whole.size();
  draft.objects.push_back(
      {"revision", "application/octet-stream", std::string(whole.substr(base.size())), key_subject, base_revision + 1});
}

std::string local_time(const Organisation::Parts& parts, const std::string& time) {
  const auto parsed = parse_rfc3339(time);
  return parsed ? parts.zone->format_local(*parsed) : time;
}

Result<records::RevisionRecord> revision_of(const Organisation::Parts& parts, const records::Signable& document,
                                            std::uint64_t revision) {
  if (revision == 1)
    return records::RevisionRecord{1, "", document.document_sha256, document.document_size, document.index};
  QUOTARY_TRY(found, parts.read<std::optional<records::RevisionRecord>>(
                         [&](const StateReader& state) { return records::find_revision(state, document, revision); }));
  if (!found) return fail(Errc::corrupt, "state_damaged", "a revision of " + document.in_words() + " is not there");
  return std::move(*found);
}

Result<std::string> document_bytes(const Organisation::Parts& parts, const records::Signable& document,
                                   std::uint64_t revision) {
  if (revision == 0 || revision > document.revision)
    return fail(Errc::not_found, "revision_not_found",
                "the newest revision of " + document.in_words() + " is " + std::to_string(document.revision));
  std::string bytes;
  records::RevisionRecord newest;
  for (std::uint64_t at = 1; at <= revision; ++at) {
    QUOTARY_TRY(record, revision_of(parts, document, at));
    QUOTARY_TRY(entry, parts.ledger->entry(record.index));
    QUOTARY_TRY(appended, parts.payload(entry, at == 1 ? "pdf" : "revision"));
    bytes += appended;
    newest = std::move(record);
  }
  QUOTARY_TRY_VOID(require_revision(document, newest, bytes));
  return bytes;
}

Result<void> require_revision(const records::Signable& document, const records::RevisionRecord& revision,
                              std::string_view bytes) {
  if (sha256(bytes).hex() == revision.document_sha256) return {};
  return fail(
      Errc::corrupt, "payload_damaged",
      "revision " + std::to_string(revision.revision) + " of " + document.in_words() + " is not what its entry names");
}

Result<records::Signable> document_of(const Organisation::Parts& parts, const SignatureRequestRecord& request) {
  QUOTARY_TRY(found, parts.read<std::optional<records::Signable>>(
                         [&](const StateReader& state) { return records::find_signable(state, request); }));
  if (!found) return fail(Errc::corrupt, "state_damaged", "a signature request's " + request.code() + " is not there");
  return std::move(*found);
}

Result<SignatureRequestRecord> signature_request_for(const Organisation::Parts& parts, const Principal& caller,
                                                     Call call, std::string_view id) {
  QUOTARY_TRY(found, parts.read<std::optional<SignatureRequestRecord>>(
                         [&](const StateReader& state) { return records::find_signature_request(state, id); }));
  if (!found || !in_scope(caller, call, found->owner, found->team, found->region))
    return fail(Errc::not_found, "signature_request_not_found", "no signature request " + std::string(id));
  return std::move(*found);
}

}  // namespace quotary::api
