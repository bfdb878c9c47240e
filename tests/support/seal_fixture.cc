#include "tests/support/seal_fixture.h"

#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

namespace quotary::testing {

std::string unsealed_document() {
  const std::vector<std::string> objects = {
      "<<\n/Type /Catalog\n/AcroForm 5 0 R\n/Pages 3 0 R\n>>",
      "<<\n/Creator (Quotary)\n/QuotaryCode (7K3M9QXWD2HTVB5RA)\n/QuotaryNumber (SHQT2026-004812)\n>>",
      "<<\n/Type /Pages\n/Count 1\n/Kids [ 4 0 R ]\n>>",
      "<<\n/Type /Page\n/Annots [ 6 0 R 7 0 R ]\n/MediaBox [ 0 0 595 842 ]\n/Parent 3 0 R\n/Resources <<\n>>\n>>",
      "<<\n/Fields [ 6 0 R 7 0 R ]\n/SigFlags 1\n>>",
      "<<\n/Type /Annot\n/F 132\n/FT /Sig\n/P 4 0 R\n/Rect [ 0 0 0 0 ]\n/Subtype /Widget\n/T (Seal)\n>>",
      "<<\n/Type /Annot\n/F 132\n/FT /Sig\n/P 4 0 R\n/Rect [ 0 0 0 0 ]\n/Subtype /Widget\n/T (Rep)\n>>",
  };
  std::string out = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
  std::string table = "0000000000 65535 f \n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string offset = std::to_string(out.size());
    table += std::string(10 - offset.size(), '0') + offset + " 00000 n \n";
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string count = std::to_string(objects.size() + 1);
  const std::size_t xref = out.size();
  out += "xref\n0 " + count + "\n" + table +
         "trailer\n<<\n/ID [ <00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff> ]\n";
  return out + "/Info 2 0 R\n/Root 1 0 R\n/Size " + count + "\n>>\nstartxref\n" + std::to_string(xref) + "\n%%EOF\n";
}

std::shared_ptr<const signing::Seal> development_seal(const TemporaryFolder& folder) {
  SystemRandom random;
  const auto files = posix_file_system();
  const auto paths = signing::make_development_seal(*files, folder.path(), "示例有限公司", seal_time, random).value();
  return signing::Seal::load(*files, paths, seal_time).value();
}

signing::SealRequest seal_request() {
  signing::SealRequest request;
  request.signing_time = seal_time;
  request.reason = "Quotation (SHQT2026-004812)";
  request.name = "示例有限公司 𠮷";
  request.must_outlive = {seal_time.unix_ms + 30 * day_ms};
  return request;
}

Outcome run(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = ::popen(("timeout 30 " + command + " 2>&1").c_str(), "r");
  if (!pipe) return outcome;
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) outcome.output.append(buffer, size);
  outcome.ok = ::pclose(pipe) == 0;
  return outcome;
}

void write_bytes(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace quotary::testing
