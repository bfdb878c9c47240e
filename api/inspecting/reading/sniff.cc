#include "api/inspecting/reading/sniff.h"

#include "api/inspecting/question.h"

#include <magic.h>

namespace quotary::inspecting {

Result<Sniffer> Sniffer::open() {
  magic_t cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR);
  if (cookie == nullptr) return fail(Errc::unavailable, "no_file_types", "libmagic does not start");
  const std::shared_ptr<void> owned(cookie, [](void* c) { magic_close(static_cast<magic_t>(c)); });
  if (magic_load(cookie, nullptr) != 0) {
    const char* why = magic_error(cookie);
    return fail(Errc::unavailable, "no_file_types",
                std::string("libmagic's database cannot be read: install libmagic-mgc: ") + (why ? why : ""));
  }
  return Sniffer(owned);
}

std::string Sniffer::media_type(std::string_view bytes) const {
  const char* found = magic_buffer(static_cast<magic_t>(cookie_.get()), bytes.data(), bytes.size());
  const std::string out = media_type_of(found ? found : "");
  return out.empty() ? "application/octet-stream" : out;
}

}  // namespace quotary::inspecting
