// One row of the HTTP surface, and what its handlers share.
#pragma once

#include "api/faults.h"
#include "api/handlers/routes.h"
#include "api/http/problem.h"
#include "api/roles.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace quotary::api {

// What a handler works on. Lives as long as the routes.
struct Surface {
  Organisation& organisation;
  SurfaceOptions options;
  std::shared_ptr<const std::string> openapi, docs;
  std::string page_policy;  // Content-Security-Policy of our pages
};

using EndpointHandler = Result<http::Response> (*)(const Surface&, const http::Request&);
// Of a long body, as http::OpenUpload.
using EndpointUpload = Result<std::shared_ptr<http::BodySink>> (*)(const Surface&, const http::Request&);

enum class Access { open, bearer, log };  // log: open by configuration
// Who may call: anybody, anybody signed in, or the roles that the matrix gives a call. The use cases hold to the matrix
// themselves; the document says it, and a test holds the two together for each row.
struct Gate {
  constexpr Gate(Access given) : access(given) {}
  constexpr Gate(Call given) : access(Access::bearer), call(given) {}
  Access access;
  std::optional<Call> call = {};
};
enum class Kind { read, write, public_answer };  // public_answer: no-store, no-referrer

inline constexpr std::size_t small_body_max = 64u << 10;
inline constexpr std::string_view tus_version = "1.0.0";

struct Endpoint {
  std::string_view method, pattern, summary, tag;
  Gate gate = Access::bearer;
  Kind kind = Kind::read;
  EndpointHandler handler = nullptr;
  std::string_view query = {};           // names, separated by blanks
  std::string_view request_type = {};    // media type of the body, empty: none
  std::string_view request_schema = {};  // of a JSON body
  int status = 200;
  std::string_view response_type = "application/json";  // empty: no body
  std::string_view response_schema = {};
  std::size_t body_max = small_body_max;
  http::Run run = http::Run::worker;  // inline_io of Access::log holds only while the log is public
  std::string_view rate_class = "default";
  std::string_view headers = {};  // names of further request headers, separated by blanks
  int other_status = 0;           // a second good answer, with its schema
  std::string_view other_schema = {};
  std::string_view table_type = {};          // media type of the same answer as a table, when it is asked for
  std::string_view other_request_type = {};  // media type of a second written form of the body
  bool path_is_secret = false;               // the path holds a token: logs and problems get the pattern instead
  bool tus = false;                          // a call of the tus protocol: its answers say so
  EndpointUpload open_upload = nullptr;      // of a body of up to blobs::blob_bytes_max, which goes there
};

[[nodiscard]] std::span<const Endpoint> quote_endpoints();
[[nodiscard]] std::span<const Endpoint> void_endpoints();
[[nodiscard]] std::span<const Endpoint> signature_request_endpoints();
[[nodiscard]] std::span<const Endpoint> signer_endpoints();
[[nodiscard]] std::span<const Endpoint> erasure_endpoints();
[[nodiscard]] std::span<const Endpoint> upload_endpoints();
[[nodiscard]] std::span<const Endpoint> policy_endpoints();
[[nodiscard]] std::span<const Endpoint> case_endpoints();
[[nodiscard]] std::span<const Endpoint> case_evidence_endpoints();
[[nodiscard]] std::span<const Endpoint> evidence_sheet_endpoints();
[[nodiscard]] std::span<const Endpoint> confirmation_endpoints();
[[nodiscard]] std::span<const Endpoint> lead_endpoints();
[[nodiscard]] std::span<const Endpoint> board_endpoints();
[[nodiscard]] std::span<const Endpoint> verify_endpoints();
[[nodiscard]] std::span<const Endpoint> log_endpoints();
[[nodiscard]] std::span<const Endpoint> site_endpoints();
[[nodiscard]] std::span<const Endpoint> web_endpoints();
[[nodiscard]] std::span<const Endpoint> admin_endpoints();
// All of them, in the document's order.
[[nodiscard]] std::vector<Endpoint> all_endpoints();

// The JSON objects whose members together are OpenAPI's components.schemas.
[[nodiscard]] std::string_view quote_schemas();
[[nodiscard]] std::string_view case_schemas();  // also of policies
[[nodiscard]] std::string_view case_evidence_schemas();
[[nodiscard]] std::string_view confirmation_schemas();
[[nodiscard]] std::string_view board_schemas();  // also of leads

// What stands behind Authorization: Bearer, or "".
[[nodiscard]] std::string_view bearer_token(const http::Request& request);
// The caller behind Authorization: Bearer.
[[nodiscard]] Result<Principal> caller_of(const Surface& surface, const http::Request& request);
[[nodiscard]] http::Response answer_response(const Answer& answer);

// The handler of a read that takes the caller and its route's only variable.
template <Result<Answer> (Organisation::*read)(const Principal&, std::string_view) const>
[[nodiscard]] Result<http::Response> answer_about(const Surface& surface, const http::Request& request) {
  QUOTARY_CHECK(request.params.size() == 1);
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, (surface.organisation.*read)(caller, request.params.begin()->second));
  return answer_response(answer);
}

// `immutable`: long private caching; either way a strong ETag when the hash is known.
[[nodiscard]] http::Response bytes_response(Bytes bytes, bool immutable);
// A query parameter that is a number from 0, or absent. Errc::invalid `bad_<name>`.
[[nodiscard]] Result<std::optional<std::uint64_t>> number_of(const http::Request& request, const std::string& name);
// The query parameters `limit` and `cursor` of a list.
[[nodiscard]] Result<PageRequest> page_of(const http::Request& request);
// The page behind the QR, for a verify answer; times in the organisation's zone. It says the same for all that is
// unknown.
[[nodiscard]] std::string verify_page(const OrganisationProfile& profile, const json::object& answer);
// The script of that page, which sends a chosen file to the verify call; its hash stands in that page's policy.
[[nodiscard]] std::string_view page_script();
// A row of a page's <dl>; nothing for an empty value.
[[nodiscard]] std::string fact(std::string_view chinese, std::string_view english, const std::string& value);
[[nodiscard]] std::string index_page(const OrganisationProfile& profile, std::uint64_t tree_size);
[[nodiscard]] std::string_view page_style();
// A page out of api/web, with its own policy. The page must be there.
[[nodiscard]] http::Response web_page(const http::Request& request, std::string_view name);
// A page's head up to the begin of <main>.
[[nodiscard]] std::string begin_page(std::string_view title);
// The page about all calls; `document` is openapi_document's.
[[nodiscard]] std::string docs_page(const json::object& document);
// "" for a call or tag that has no Chinese name yet; a test finds those.
[[nodiscard]] std::string_view chinese_summary(std::string_view method, std::string_view pattern);
[[nodiscard]] std::string_view chinese_tag(std::string_view tag);

}  // namespace quotary::api
