// Any bytes as an evidence file: never a crash, and what is found or shown comes through as it was.
#include "api/inspecting/difference.h"
#include "api/inspecting/name.h"
#include "api/inspecting/reading/inspect.h"

#include <cstddef>
#include <cstdint>
#include <new>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  static const inspecting::Reader reader = inspecting::Reader::open().value();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string name(bytes.substr(0, 600));
  const std::string safe = inspecting::safe_name(name);
  QUOTARY_CHECK(!safe.empty() && inspecting::safe_name(safe) == safe && safe.find('/') == std::string::npos);
  inspecting::Question question{bytes, size, name, name, Timestamp{1'782'781'500'000}, inspecting::Site{{0, 0}, 100}};
  const auto head = inspecting::encode_head(question);
  QUOTARY_CHECK(inspecting::decode_head(head, bytes).has_value());
  try {
    const auto found = reader.inspect(question);
    const auto again = inspecting::decode(inspecting::encode(found));
    QUOTARY_CHECK(again && *again == found);
    QUOTARY_CHECK(inspecting::between(found, *again).empty());
    QUOTARY_CHECK(found.file_name == safe);
    QUOTARY_CHECK(canonical_json(inspecting::facts(found)).has_value());
    QUOTARY_CHECK(canonical_json(inspecting::told(found)).has_value());
    const auto picture = reader.picture(bytes);
    const auto shown = inspecting::decode_picture(inspecting::encode(picture));
    QUOTARY_CHECK(shown && *shown == picture);
  } catch (const std::bad_alloc&) {
    // The process of the product says so and ends.
  }
  (void)inspecting::decode(bytes);
  (void)inspecting::decode_picture(bytes);
  return 0;
}
