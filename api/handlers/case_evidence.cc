#include "api/handlers/endpoint.h"
#include "api/http/range.h"
#include "api/inspecting/name.h"
#include "api/use_cases/cases/evidence_calls.h"

namespace quotary::api {
namespace {

// A range of a content, from its blob.
class Source final : public http::BodySource {
 public:
  Source(std::shared_ptr<blobs::BlobReader> reader, const http::ByteRange& range)
      : reader_(std::move(reader)), at_(range.first), left_(range.size) {}
  Result<std::string> read(std::size_t size_max) override {
    QUOTARY_TRY(piece, reader_->read_at(at_, std::min<std::uint64_t>(size_max, left_)));
    at_ += piece.size();
    left_ -= piece.size();
    return piece;
  }

 private:
  std::shared_ptr<blobs::BlobReader> reader_;
  std::uint64_t at_, left_;
};

Result<http::Response> add(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, add_evidence(surface.organisation.parts(), caller, request.param("id"),
                                   request.header("Idempotency-Key"), request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", "/v1/evidence/" + std::string(answer.body.at("item").as_string()));
  return response;
}

Result<http::Response> add_version(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, add_evidence_version(surface.organisation.parts(), caller, request.param("item"),
                                           request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, list_evidence(surface.organisation.parts(), caller, request.param("id")));
  return answer_response(answer);
}

Result<http::Response> read(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, read_evidence(surface.organisation.parts(), caller, request.param("item")));
  return answer_response(answer);
}

// A stranger's file: handed on to be kept, and never shown as a page of ours.
Result<http::Response> content(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(found,
              evidence_content(surface.organisation.parts(), caller, request.param("item"), request.param("version")));
  const std::uint64_t size = found.reader->size_bytes();
  const std::string etag = "\"" + found.etag + "\"";
  const auto asked = http::asked_range(request.header("Range"), request.header("If-Range"), etag, size);
  if (asked.kind == http::RangeKind::unsatisfiable) {
    auto refused = http::problem_response(
        416, fail(Errc::invalid, "range_not_there", "the file has " + std::to_string(size) + " bytes"), request.path);
    refused.headers.emplace_back("Content-Range", http::content_range({}, size));
    return refused;
  }
  const bool part = asked.kind == http::RangeKind::part;
  const http::ByteRange range = part ? asked.range : http::ByteRange{0, size};
  http::Response response;
  response.status = part ? 206 : 200;
  response.content_type = found.media_type;
  response.stream = std::make_shared<Source>(found.reader, range);
  response.stream_size = range.size;
  response.headers = {{"ETag", etag},
                      {"Accept-Ranges", "bytes"},
                      {"Content-Disposition", inspecting::content_disposition(found.file_name)},
                      {"Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"},
                      {"Cache-Control", "private, max-age=31536000, immutable"}};
  if (part) response.headers.emplace_back("Content-Range", http::content_range(range, size));
  return response;
}

Result<http::Response> proof(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(text,
              evidence_proof(surface.organisation.parts(), caller, request.param("item"), request.param("version")));
  return http::text_response(200, "text/plain; charset=utf-8", std::move(text));
}

Result<http::Response> withdraw(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, withdraw_evidence(surface.organisation.parts(), caller, request.param("item"),
                                        request.param("version"), request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> difference(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(from, number_of(request, "from"));
  QUOTARY_TRY(to, number_of(request, "to"));
  QUOTARY_TRY(answer, evidence_difference(surface.organisation.parts(), caller, request.param("item"), from, to));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {.method = "POST",
     .pattern = "/v1/cases/{id}/evidence",
     .summary = "Make an upload the first version of new evidence: it is inspected, and decides with what is declared",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::write,
     .handler = add,
     .request_type = "application/json",
     .request_schema = "EvidenceBody",
     .status = 201,
     .response_schema = "EvidenceAdded"},
    {.method = "GET",
     .pattern = "/v1/cases/{id}/evidence",
     .summary = "The evidence of a case, each with its current version",
     .tag = "evidence",
     .gate = Call::read_case,
     .handler = list,
     .response_schema = "EvidenceList"},
    {.method = "POST",
     .pattern = "/v1/evidence/{item}/versions",
     .summary = "Make an upload the next version of evidence, with what changed",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::write,
     .handler = add_version,
     .request_type = "application/json",
     .request_schema = "EvidenceVersionBody",
     .status = 201,
     .response_schema = "EvidenceAdded"},
    {.method = "GET",
     .pattern = "/v1/evidence/{item}",
     .summary = "Evidence with all of its versions: flags, what each file shows, links",
     .tag = "evidence",
     .gate = Call::read_case,
     .handler = read,
     .response_schema = "EvidenceItem"},
    {.method = "GET",
     .pattern = "/v1/evidence/{item}/difference",
     .summary = "What differs between two versions of a deck or document, page by page",
     .tag = "evidence",
     .gate = Call::read_case,
     .handler = difference,
     .query = "from to",
     .response_schema = "EvidenceDifference"},
    {.method = "GET",
     .pattern = "/v1/evidence/{item}/versions/{version}/content",
     .summary = "The file as it was uploaded, as an attachment; one Range at a time (206, 416), If-Range by ETag",
     .tag = "evidence",
     .gate = Call::read_case,
     .handler = content,
     .response_type = "*/*",
     .headers = "Range If-Range",
     .other_status = 206,
     .other_schema = ""},
    {.method = "GET",
     .pattern = "/v1/evidence/{item}/versions/{version}/proof",
     .summary = "The .tlog-proof of the entry that added the version",
     .tag = "evidence",
     .gate = Call::read_case,
     .handler = proof,
     .response_type = "text/plain"},
    {.method = "POST",
     .pattern = "/v1/evidence/{item}/versions/{version}/withdraw",
     .summary = "Withdraw a version, with a reason; it stays and can be read",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::write,
     .handler = withdraw,
     .request_type = "application/json",
     .request_schema = "EvidenceWithdrawal",
     .response_schema = "EvidenceWithdrawn"},
};

}  // namespace

std::span<const Endpoint> case_evidence_endpoints() { return endpoints; }

}  // namespace quotary::api
