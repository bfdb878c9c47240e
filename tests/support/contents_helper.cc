// Writes a case with contents of evidence into a folder that no server has open, and prints, a line each, the index of
// each version's entry and its file: contents_helper DATA KEYS CASE CONTENT…
#include "tests/support/evidence_writer.h"

#include <cstdio>

int main(int count, char** arguments) {
  using quotary::testing::EvidenceWriter;
  constexpr int first_content = 4;
  if (count <= first_content) return 2;
  const std::string case_id = arguments[3];
  EvidenceWriter writer(arguments[1], arguments[2], std::make_shared<quotary::SystemClock>());
  if (case_id == "c1") writer.publish_policy();
  writer.open_case(case_id);
  for (int i = first_content; i < count; ++i) {
    const auto added =
        writer.add(case_id, case_id + "-item", static_cast<std::uint64_t>(i - first_content + 1), arguments[i]);
    std::printf("%llu %s\n", static_cast<unsigned long long>(added.index),
                quotary::contents::blob_path(added.reference.id).c_str());
  }
  return ::testing::Test::HasFailure() ? 1 : 0;
}
