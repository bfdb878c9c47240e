#include "signing/document_time_stamp.h"

#include "signing/time_stamp.h"

#include <algorithm>

namespace quotary::signing {

namespace {

constexpr std::size_t number_digits_max = 6;

// The number of a field of ours, 0 for any other.
std::size_t number_of(std::string_view name) {
  if (!name.starts_with(document_time_stamp_field)) return 0;
  name.remove_prefix(document_time_stamp_field.size());
  if (name.size() > number_digits_max) return 0;
  const auto number = parse_u64(name);
  return number ? static_cast<std::size_t>(*number) : 0;
}

}  // namespace

Result<PreparedSignature> prepare_document_time_stamp(std::string_view pdf) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(catalog, file.object(*file.trailer().reference("Root")));
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  std::size_t highest = 0;
  for (const FormField& field : fields) highest = std::max(highest, number_of(field.object.value.find("T")->text));
  InvisibleSignature text;
  text.field = std::string(document_time_stamp_field) + std::to_string(highest + 1);
  text.description = "文档时间戳 Document time-stamp " + std::to_string(highest + 1);
  text.before = "/Type /DocTimeStamp\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.RFC3161\n";
  text.contents_bytes = document_time_stamp_bytes;
  return prepare_invisible_signature(pdf, text);
}

Result<void> put_document_time_stamp(PreparedSignature& prepared, std::string_view token) {
  QUOTARY_TRY(said, read_time_token(token));
  if (said.imprint != prepared.digest)
    return fail(Errc::corrupt, "token_imprint",
                "the token is over " + said.imprint.hex() + ", not over the document, " + prepared.digest.hex());
  const std::size_t reserved = (prepared.gap_end - prepared.gap_begin - 2) / 2;
  if (token.size() > reserved)
    return fail(Errc::too_large, "time_token_too_large",
                "the token has " + std::to_string(token.size()) + " bytes; " + std::to_string(reserved) +
                    " are reserved (ask for one without its whole chain)");
  const std::string digits = to_hex(token);
  prepared.pdf.replace(prepared.gap_begin + 1, digits.size(), digits);
  return {};
}

}  // namespace quotary::signing
