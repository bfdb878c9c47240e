// What signers and senders are told, and the courier that does it.
#include "api/metrics_text.h"
#include "api/signature/document_signing.h"
#include "api/use_cases/certificates.h"
#include "api/use_cases/signable_words.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/fields.h"
#include "signing/signing_service.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::SignatureRequestRecord;
using records::SignerRecord;
using records::text_of;
using signature::Message;

json::object content_of(const Organisation::Parts& parts, const SignatureRequestRecord& request) {
  json::object out{{request.member(), request.number},
                   {"request", request.id},
                   {"organisation", parts.profile.name},
                   {"sender", parts.person_name(request.requested_by)}};
  if (request.kind == records::SignableKind::quote) return out;
  // An id tells nobody what it is.
  const auto document = document_of(parts, request);
  const auto words = document ? words_of(parts, *document) : Result<SignableWords>(document.error());
  out["title"] = words ? words->title : std::string(erased_text);
  return out;
}

Message to_signer(const Organisation::Parts& parts, const SignatureRequestRecord& request, const SignerRecord& signer,
                  const SignerDetails& details, std::string_view kind, std::string id) {
  Message out{std::move(id), std::string(kind), details.channel, details.address, details.language, {}};
  out.content = content_of(parts, request);
  out.content["signer"] = json::object{{"name", details.name}, {"organisation", details.organisation}};
  out.content["link"] =
      parts.profile.public_url + "/sign/" + link_token(*parts.keys, request.id, signer.id, signer.links);
  return out;
}

// Who asked has no address here: the receiver knows its people by their ids.
Message to_sender(const Organisation::Parts& parts, const SignatureRequestRecord& request, std::string_view kind,
                  std::string id) {
  Message out{std::move(id), std::string(kind), "person", request.requested_by, "zh-CN", {}};
  out.content = content_of(parts, request);
  return out;
}

Message to_owner(const Organisation::Parts& parts, const records::QuoteRecord& quote, std::string_view kind,
                 std::string id) {
  Message out{std::move(id), std::string(kind), "person", quote.owner, "zh-CN", {}};
  out.content = {
      {"number", quote.number}, {"organisation", parts.profile.name}, {"sender", parts.person_name(quote.owner)}};
  return out;
}

std::string revision_address(const Organisation::Parts& parts, const Entry& entry) {
  const auto confirmation = text_of(entry.body, "confirmation");
  return parts.profile.public_url +
         (confirmation.empty() ? "/v1/quotes/" + text_of(entry.body, "number") : "/v1/confirmations/" + confirmation) +
         "/pdf?revision=" + std::to_string(records::number_of(entry.body, "revision"));
}

// What an entry made of the document.
void put_document(Message& message, const Entry& entry, const std::string& address) {
  message.content["document"] = address;
  message.content["document_sha256"] = text_of(entry.body, "document_sha256");
  message.content["revision"] = records::number_of(entry.body, "revision");
}

// All have signed: the signer has the whole document and how it was signed behind their link.
Message completed_for_signer(const Organisation::Parts& parts, const Entry& entry,
                             const SignatureRequestRecord& request, const SignerRecord& signer,
                             const SignerDetails& details) {
  auto out =
      to_signer(parts, request, signer, details, "completed", std::to_string(entry.index) + "/completed/" + signer.id);
  const std::string link(out.content["link"].as_string());
  put_document(out, entry, link + "/signed");
  out.content["summary"] = link + "/summary";
  return out;
}

// The same for who asked, who signs in for them.
Message completed_for_sender(const Organisation::Parts& parts, const Entry& entry,
                             const SignatureRequestRecord& request) {
  auto out = to_sender(parts, request, "completed", std::to_string(entry.index) + "/completed/sender");
  put_document(out, entry, revision_address(parts, entry));
  out.content["summary"] = parts.profile.public_url + "/v1/signature-requests/" + request.id + "/summary";
  return out;
}

// A signature that no request asked for: whose quote it is learns of it, by whomever it was brought.
Result<std::vector<Message>> notices_of_added(const Organisation::Parts& parts, const Entry& entry) {
  std::vector<Message> out;
  QUOTARY_TRY(quote, parts.read<std::optional<records::QuoteRecord>>([&](const StateReader& state) {
    return records::find_quote(state, text_of(entry.body, "number"));
  }));
  if (!quote) return out;
  auto message = to_owner(parts, *quote, "added", std::to_string(entry.index) + "/owner");
  put_document(message, entry, revision_address(parts, entry));
  for (const char* member : {"fields", "source", "assurance", "accepts"})
    message.content[member] = entry.body.at(member);
  message.content["by"] = parts.person_name(entry.actor_id);
  message.content["time"] = format_rfc3339(entry.time);
  out.push_back(std::move(message));
  return out;
}

bool completes(const Entry& entry) {
  const auto* said = entry.body.if_contains("completes");
  return said != nullptr && said->is_bool() && said->get_bool();
}

Result<std::optional<SignatureRequestRecord>> request_of(const Organisation::Parts& parts, const std::string& id) {
  return parts.read<std::optional<SignatureRequestRecord>>(
      [&](const StateReader& state) { return records::find_signature_request(state, id); });
}

// The newest request about a quote that was voided, if anybody signed it: found by following the entries back.
Result<std::optional<SignatureRequestRecord>> signed_request(const Organisation::Parts& parts, const Entry& voided) {
  constexpr std::size_t entries_looked_at_max = 1'000;
  auto at = voided.subject_prev;
  for (std::size_t looked = 0; at && looked < entries_looked_at_max; ++looked) {
    QUOTARY_TRY(entry, parts.ledger->entry(*at));
    if (entry.type == records::signature_signed_type) return request_of(parts, text_of(entry.body, "request"));
    at = entry.subject_prev;
  }
  return std::optional<SignatureRequestRecord>();
}

std::string_view notice_kind(std::string_view type) {
  if (type == records::signature_signed_type) return "signed";
  if (type == records::signature_declined_type) return "declined";
  if (type == records::signature_revoked_type) return "revoked";
  if (type == "void.approved") return "voided";
  return {};
}

// Whether a signer is told: of what they did themselves, of a request that they could still sign or that another
// signer ended, and of a void of what they signed.
bool is_told(std::string_view kind, const SignerRecord& signer, std::string_view acted) {
  if (kind == "signed") return signer.id == acted;
  if (kind == "voided") return signer.status == "signed";
  if (kind == "declined") return signer.id == acted || signer.sent_at.has_value();
  return signer.sent_at.has_value() && signer.status != "declined";
}

}  // namespace

Result<Message> invitation_of(const Organisation::Parts& parts, const SignatureRequestRecord& request,
                              const SignerRecord& signer, std::string_view kind) {
  QUOTARY_TRY(details, read_signers(parts, request));
  QUOTARY_TRY(who, signer_details(details, signer.id));
  auto out = to_signer(parts, request, signer, who, kind,
                       request.id + "/" + signer.id + "/" + std::to_string(signer.links) + "/" + std::string(kind));
  if (kind != "invitation") out.id += "/" + std::to_string(parts.now().unix_ms);
  out.content["expires_at"] = format_rfc3339(request.expires_at);
  if (!details.message.empty()) out.content["message"] = details.message;
  return out;
}

Result<std::vector<Message>> notices_of(const Organisation::Parts& parts, const Entry& entry) {
  if (entry.type == records::signature_added_type) return notices_of_added(parts, entry);
  std::vector<Message> out;
  const auto kind = notice_kind(entry.type);
  if (kind.empty()) return out;
  QUOTARY_TRY(request,
              kind == "voided" ? signed_request(parts, entry) : request_of(parts, text_of(entry.body, "request")));
  if (!request) return out;
  const auto acted = text_of(entry.body, "signer");
  const auto id = std::to_string(entry.index) + "/";
  out.push_back(to_sender(parts, *request, kind, id + "sender"));
  if (completes(entry)) out.push_back(completed_for_sender(parts, entry, *request));
  // The sender is told also when the signers' addresses were erased.
  const auto details = read_signers(parts, *request);
  if (!details) return out;
  const auto who = signer_details(*details, acted);
  for (const SignerRecord& signer : request->signers) {
    QUOTARY_TRY(told, signer_details(*details, signer.id));
    if (is_told(kind, signer, acted)) out.push_back(to_signer(parts, *request, signer, told, kind, id + signer.id));
    if (completes(entry)) out.push_back(completed_for_signer(parts, entry, *request, signer, told));
  }
  for (Message& message : out) {
    message.content["time"] = format_rfc3339(entry.time);
    if (who) message.content["by"] = who->name;
  }
  return out;
}

// Reading goes on without that key, and so does all else: who asks or signs is told, and the operator why.
Result<void> Organisation::Parts::open_signing() {
  if (config.signature.sign_document) return {};
  auto opened =
      signing::open_signing_service(*config.files, config.keys_directory, profile.name, now(), *config.random);
  if (!opened) {
    signing_error = opened.error();
    if (config.signature.say) config.signature.say("no customer can sign: " + signing_error->detail);
    return {};
  }
  recording_pem = (*opened)->certificate_pem();
  if (service) {
    QUOTARY_TRY(certificate, signing::signing_certificate((*opened)->certificate_pem()));
    QUOTARY_TRY_VOID(adopt_certificate(*ledger, {*config.files, config.keys_directory, keys->log_signer().name()},
                                       records::recording_signatures, certificate));
  }
  config.signature.sign_document = signature::document_signing(std::move(*opened), fonts);
  return {};
}

Result<void> Organisation::Parts::start_signatures() {
  codes = std::make_unique<signature::Codes>(*keys, *config.random);
  if (!config.signature.delivery || ledger->state().read_only) return {};
  QUOTARY_TRY_VOID(open_signing());
  signature::CourierPorts ports;
  ports.ledger = ledger.get();
  ports.files = config.files;
  ports.position_file = config.data_directory + "/notices.position";
  ports.invitation = [this](const SignatureRequestRecord& request, const SignerRecord& signer) {
    return invitation_of(*this, request, signer, "invitation");
  };
  ports.notices = [this](const Entry& entry) { return notices_of(*this, entry); };
  QUOTARY_TRY(started, signature::Courier::start(config.signature, std::move(ports)));
  courier = std::move(started);
  return {};
}

signature::CourierState Organisation::delivery() const {
  return parts_->courier ? parts_->courier->state() : signature::CourierState{};
}

bool Organisation::signatures_can_be_written() const { return !parts_->signing_error; }

std::string delivery_figures(const signature::CourierState& state) {
  if (!state.configured) return {};
  return metrics_line("quotary_invitations_waiting", "gauge", "Invitations to sign that wait for their first attempt.",
                      state.waiting) +
         metrics_line("quotary_invitations_failing", "gauge", "Invitations whose delivery failed and is tried again.",
                      state.failing) +
         metrics_line("quotary_invitations_failed", "gauge",
                      "Of those, the ones that failed so often that a person should look.", state.failed) +
         metrics_line("quotary_notices_waiting", "gauge", "Notices about signatures that wait to be delivered.",
                      state.notices_waiting) +
         metrics_line("quotary_messages_delivered_total", "counter",
                      "Invitations and notices delivered since the start.", state.delivered_total) +
         metrics_line("quotary_delivery_failures_total", "counter", "Attempts that failed since the start.",
                      state.attempts_failed_total) +
         metrics_line("quotary_notices_given_up_total", "counter", "Notices given up since the start.",
                      state.given_up_total);
}

}  // namespace quotary::api
