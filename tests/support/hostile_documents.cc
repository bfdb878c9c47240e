#include "tests/support/hostile_documents.h"

#include "tests/support/revision_forge.h"

namespace quotary::testing {

namespace {

std::string ref(std::uint32_t number) { return std::to_string(number) + " 0 R"; }

}  // namespace

std::vector<HostileDocument> hostile_documents() {
  const auto& m = signed_documents();
  const std::string tail = "\nxref\n0 0\ntrailer\n<< /Root 1 0 R >>\nstartxref\n";
  std::vector<HostileDocument> files;
  files.push_back({"60 MB of marks", "%PDF-1.7\n", false});
  while (files.back().bytes.size() < (60u << 20)) files.back().bytes += "startxref\n9\n%%EOF\n";
  files.push_back({"64 ends behind 60 MB", m.sealed + std::string(60u << 20, ' '), false});
  for (int i = 0; i < 64; ++i) files.back().bytes += "%%EOF\n";
  const auto one_more = [&](const char* name, bool intact, const Change& change) {
    ForgedRevision revision = m.approval();
    change(revision);
    files.push_back({name, forge(m.sealed, revision), intact});
  };
  const auto one = [&](const char* name, const Change& change) { one_more(name, false, change); };
  one("an array 100,000 deep", object(m.next + 2, std::string(100'000, '[')));
  one("an object of a million values", [&](auto& r) {
    std::string values = "[";
    for (int i = 0; i < 1'000'000; ++i) values += " 0";
    r.objects[m.next + 2] = values + " ]";
  });
  one("a string of 30 MB", object(m.next + 2, "(" + std::string(30u << 20, 'x') + ")"));
  one("a name of 30 MB", object(m.next + 2, "/" + std::string(30u << 20, 'x')));
  one("90,000 objects", [&](auto& r) {
    for (std::uint32_t i = 0; i < 90'000; ++i) r.objects[m.next + 2 + i] = "0";
  });
  one_more("resources in a ring", true, [&](auto& r) {
    drawn("/X Do", "<< /XObject << /X " + ref(m.next + 2) + " >> >>")(r);
    r.objects[m.next + 2] =
        stream_body("/Subtype /Form\n/Resources << /XObject << /X " + ref(m.next + 2) + " >> >>\n", "");
  });
  std::string chain = m.sealed;
  for (int i = 0; i < 60; ++i) {
    ForgedRevision revision;
    const std::string date = "/ModDate (D:202611240204" + std::to_string(10 + i % 50) + "Z)\n";
    std::string body = body_of(chain, m.info);
    if (const std::size_t at = body.find("/ModDate"); at != body.npos) body.erase(at, body.find('\n', at) + 1 - at);
    revision.objects[m.info] = with_members(body, date);
    chain = forge(chain, revision);
  }
  files.push_back({"62 revisions", chain, true});
  std::string stamped = m.sealed;
  for (int i = 1; i <= 20; ++i) {
    ForgedRevision revision = m.time_stamp(stamped);
    for (auto& [number, body] : revision.objects) {
      const std::size_t at = body.find("(DocTimeStamp1)");
      if (at != body.npos) body.replace(at, 15, "(DocTimeStamp" + std::to_string(i) + ")");
    }
    stamped = forge(stamped, revision);
  }
  files.push_back({"20 time-stamps", stamped, true});
  return files;
}

}  // namespace quotary::testing
