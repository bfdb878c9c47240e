// Uploads by the tus protocol 1.0.0 (tus.io): core, and the extensions creation, termination and expiration.
#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/upload_calls.h"
#include "api/use_cases/parts.h"

#include <ctime>

namespace quotary::api {
namespace {

constexpr std::string_view content_type = "application/offset+octet-stream";

// As HTTP writes it (RFC 9110 section 5.6.7).
std::string http_date(Timestamp time) {
  constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(time.unix_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char out[40];
  std::snprintf(out, sizeof out, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday].data(), parts.tm_mday,
                months[parts.tm_mon].data(), parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return out;
}

void put_place(http::Response& response, const EvidenceUpload& upload) {
  response.headers.emplace_back("Upload-Offset", std::to_string(upload.offset));
  response.headers.emplace_back("Upload-Expires", http_date(upload.expires_at));
  response.headers.emplace_back("Cache-Control", "no-store");
}

http::Response empty(int status) {
  http::Response response;
  response.status = status;
  return response;
}

Result<void> check_version(const http::Request& request) {
  if (request.header("Tus-Resumable") == tus_version) return {};
  return fail(Errc::invalid, "tus_version",
              "this is the tus protocol: send Tus-Resumable: " + std::string(tus_version));
}

Error bad_metadata(const std::string& why) {
  return fail(Errc::invalid, "bad_header", "Upload-Metadata: " + why + "; it is a list of `name base64` with commas");
}

// Names that are not known are passed over, as the protocol says.
Result<NewEvidenceUpload> upload_of(const http::Request& request) {
  NewEvidenceUpload out;
  if (const auto length = request.header("Upload-Length"); !length.empty()) {
    const auto size = parse_u64(length);
    if (!size) return fail(Errc::invalid, "bad_header", "Upload-Length is a number of bytes, in digits");
    out.size_bytes = *size;
  }
  std::string_view left = request.header("Upload-Metadata");
  while (!left.empty()) {
    auto pair = left.substr(0, left.find(','));
    left.remove_prefix(std::min(pair.size() + 1, left.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    while (pair.ends_with(' ')) pair.remove_suffix(1);
    const auto blank = pair.find(' ');
    const auto name = pair.substr(0, blank);
    if (name.empty()) return bad_metadata("a name is missing");
    if (blank == std::string_view::npos) continue;
    const auto value = from_base64(pair.substr(blank + 1));
    if (!value) return bad_metadata("the value of " + std::string(name) + " is no base64");
    if (name == "filename") out.file_name = *value;
    if (name == "filetype") out.media_type = *value;
    if (name == "sha256") out.sha256 = *value;
  }
  return out;
}

Result<http::Response> options(const Surface& surface, const http::Request&) {
  auto response = empty(204);
  response.headers.emplace_back("Tus-Version", tus_version);
  response.headers.emplace_back("Tus-Extension", "creation,termination,expiration");
  response.headers.emplace_back("Tus-Max-Size",
                                std::to_string(surface.organisation.parts().config.uploads.upload_bytes_max));
  return response;
}

Result<http::Response> create(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY_VOID(require_call(caller, Call::work_case));
  QUOTARY_TRY_VOID(check_version(request));
  QUOTARY_TRY(asked, upload_of(request));
  QUOTARY_TRY(upload, begin_upload(surface.organisation.parts(), caller, request.param("id"), asked));
  auto response =
      http::json_response(201, json::serialize(json::object{{"upload", upload.id},
                                                            {"case", upload.case_id},
                                                            {"size", upload.size_bytes},
                                                            {"file_name", upload.file_name},
                                                            {"url", "/v1/uploads/" + upload.id},
                                                            {"expires_at", format_rfc3339(upload.expires_at)}}));
  put_place(response, upload);
  response.headers.emplace_back("Location", "/v1/uploads/" + upload.id);
  return response;
}

// The bytes of one PATCH, on their way to their upload. What came before the connection broke stays.
class Sink final : public http::BodySink {
 public:
  Sink(const Organisation::Parts& parts, EvidenceUpload of) : upload(std::move(of)), parts_(parts) {}
  Result<void> write(std::string_view chunk) override {
    QUOTARY_TRY(offset, take_bytes(parts_, upload.id, upload.offset, chunk));
    upload.offset = offset;
    return {};
  }

  EvidenceUpload upload;

 private:
  const Organisation::Parts& parts_;
};

Result<std::shared_ptr<http::BodySink>> open_patch(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  auto& parts = surface.organisation.parts();
  QUOTARY_TRY(upload, find_upload(parts, caller, request.param("upload")));
  QUOTARY_TRY_VOID(check_version(request));
  if (!http::equal_ignoring_case(request.header("Content-Type"), content_type))
    return fail(Errc::invalid, "media_type_not_taken", "a part of a file is sent as " + std::string(content_type));
  const auto offset = parse_u64(request.header("Upload-Offset"));
  if (!offset)
    return fail(Errc::invalid, "upload_offset_missing", "send Upload-Offset: where in the file these bytes begin");
  if (*offset != upload.offset)
    return fail(Errc::conflict, "offset_differs",
                "the upload stands at byte " + std::to_string(upload.offset) + ": go on from there");
  return std::shared_ptr<http::BodySink>(std::make_shared<Sink>(parts, std::move(upload)));
}

Result<http::Response> patch(const Surface&, const http::Request& request) {
  const auto* sink = dynamic_cast<const Sink*>(request.upload.get());
  QUOTARY_CHECK(sink != nullptr);
  auto response = empty(204);
  put_place(response, sink->upload);
  return response;
}

Result<http::Response> head(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(upload, find_upload(surface.organisation.parts(), caller, request.param("upload")));
  QUOTARY_TRY_VOID(check_version(request));
  auto response = empty(200);
  put_place(response, upload);
  response.headers.emplace_back("Upload-Length", std::to_string(upload.size_bytes));
  return response;
}

Result<http::Response> terminate(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  auto& parts = surface.organisation.parts();
  QUOTARY_TRY(upload, find_upload(parts, caller, request.param("upload")));
  QUOTARY_TRY_VOID(check_version(request));
  QUOTARY_TRY_VOID(drop_upload(parts, caller, upload.id));
  return empty(204);
}

const Endpoint endpoints[] = {
    {.method = "OPTIONS",
     .pattern = "/v1/uploads",
     .summary =
         "What of the tus protocol is spoken here: 1.0.0, creation, termination, expiration, and the longest file",
     .tag = "evidence",
     .gate = Access::open,
     .kind = Kind::read,
     .handler = options,
     .status = 204,
     .response_type = ""},
    {.method = "POST",
     .pattern = "/v1/cases/{id}/uploads",
     .summary =
         "Begin an upload for a case (tus creation): Upload-Length, and Upload-Metadata with filename, filetype, sha256",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::read,
     .handler = create,
     .status = 201,
     .response_schema = "Upload",
     .headers = "Tus-Resumable Upload-Length Upload-Metadata",
     .tus = true},
    {.method = "HEAD",
     .pattern = "/v1/uploads/{upload}",
     .summary = "How far one's upload has come: Upload-Offset, Upload-Length, Upload-Expires (tus)",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::read,
     .handler = head,
     .response_type = "",
     .headers = "Tus-Resumable",
     .tus = true},
    {.method = "PATCH",
     .pattern = "/v1/uploads/{upload}",
     .summary = "Send bytes of one's upload from Upload-Offset on (tus); what came before a break stays",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::read,
     .handler = patch,
     .request_type = content_type,
     .status = 204,
     .response_type = "",
     .headers = "Tus-Resumable Upload-Offset",
     .tus = true,
     .open_upload = open_patch},
    {.method = "DELETE",
     .pattern = "/v1/uploads/{upload}",
     .summary = "Drop one's upload (tus termination)",
     .tag = "evidence",
     .gate = Call::work_case,
     .kind = Kind::read,
     .handler = terminate,
     .status = 204,
     .response_type = "",
     .headers = "Tus-Resumable",
     .tus = true},
};

}  // namespace

std::span<const Endpoint> upload_endpoints() { return endpoints; }

}  // namespace quotary::api
