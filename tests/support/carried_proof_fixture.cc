#include "tests/support/carried_proof_fixture.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/proof_text.h"
#include "signing/incremental_update.h"
#include "signing/keys.h"
#include "tests/support/memory_tree.h"

#include <gtest/gtest.h>

#include <vector>

namespace quotary::testing {

namespace {

std::string padded(std::size_t number, std::size_t width, char fill) {
  const std::string digits = std::to_string(number);
  return std::string(width - digits.size(), fill) + digits;
}

// "xref" and a line for each object of `text`, which begins at byte `from` of the file.
std::string table_of(std::string_view text, std::size_t from) {
  std::map<std::size_t, std::size_t> places;
  for (std::size_t at = 0; at != text.npos && at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > at && text.substr(end).starts_with(" 0 obj\n"))
      places[std::stoul(std::string(text.substr(at, end - at)))] = from + at;
    at = text.find('\n', at);
    if (at != text.npos) ++at;
  }
  std::string out = "xref\n";
  for (auto each = places.begin(); each != places.end(); ++each) {
    if (each == places.begin() || std::prev(each)->first + 1 != each->first) {
      std::size_t run = 1;
      while (places.contains(each->first + run)) ++run;
      out += std::to_string(each->first) + " " + std::to_string(run) + "\n";
    }
    out += padded(each->second, 10, '0') + " 00000 n \n";
  }
  return out;
}

}  // namespace

std::string proof_of(const CheckpointSigner& signer, std::string_view document, std::string_view media_type) {
  MemoryTree tree;
  std::vector<Entry> entries;
  for (std::uint64_t index = 0; index < 3; ++index) {
    Entry entry;
    entry.index = index;
    if (index > 0) entry.prev = entries.back().leaf;
    entry.time = proved_time;
    entry.type = "quote.issued";
    entry.actor_id = "person-1";
    entry.actor_role = "rep";
    entry.subject = "quote:SHQT2026-00481" + std::to_string(1 + index);
    entry.body["number"] = "SHQT2026-00481" + std::to_string(1 + index);
    if (index == 1)
      entry.objects.push_back({"pdf", std::string(media_type), "customer:c1", sha256(document), document.size(), 1});
    encode_entry(entry, std::string(16, static_cast<char>('a' + index))).value();
    tree.append(entry.leaf);
    entries.push_back(std::move(entry));
  }
  const auto path = inclusion_proof(1, 3, tree.reader()).value();
  return proof_text(1, path, entries[1].canonical, sign_checkpoint(signer, 3, tree.range.root()).value());
}

CarriedFixture::CarriedFixture()
    : signer(signing::signer_from_seed(carried_origin, std::string(32, '\x01'))),
      key(signing::open_vkey(signer->vkey()).value()),
      sealed(seal->seal(unsealed_document(), seal_request()).value()),
      proof(proof_of(*signer, sealed)),
      carried(seal->embed_proof(sealed, proof, proved_time).value()) {}

std::string CarriedFixture::forged(const Forgery& forgery) const {
  const std::size_t table_at = carried.rfind("\nxref\n") + 1, trailer_at = carried.rfind("trailer\n"),
                    start_at = carried.rfind("startxref\n");
  std::string objects = carried.substr(sealed.size(), table_at - sealed.size());
  std::string trailer = carried.substr(trailer_at, start_at - trailer_at);
  if (forgery.proof && forgery.proof->size() > signing::contents_bytes)
    objects.insert(objects.find("/Contents <") + 11, 2 * forgery.proof->size(), '0');
  if (forgery.objects) forgery.objects(objects);
  if (forgery.trailer) forgery.trailer(trailer);
  std::string out = sealed + objects;
  std::string table = table_of(objects, sealed.size());
  if (forgery.table) forgery.table(table);
  const std::size_t xref = out.size();
  out += table + trailer + "startxref\n" + std::to_string(xref) + "\n%%EOF\n";

  const std::size_t range = out.find("/ByteRange [", sealed.size());
  const std::size_t gap = out.find("/Contents <", sealed.size());
  if (range == out.npos || gap == out.npos) return out;
  const std::size_t begin = gap + 10, end = out.find('>', begin) + 1;
  const std::string numbers = "/ByteRange [0 " + padded(begin, 8, ' ') + " " + padded(end, 8, ' ') + " " +
                              padded(out.size() - end, 8, ' ') + "]";
  out.replace(range, numbers.size(), numbers);
  const TemporaryFolder& by = forgery.by ? *forgery.by : folder;
  const auto certificates =
      signing::certificates_from_pem(read_file(*posix_file_system(), by.file("seal.cert.pem")).value()).value();
  const auto private_key =
      signing::private_key_from_pem(read_file(*posix_file_system(), by.file("seal.key.pem")).value());
  const Hash digest = sha256(out.substr(0, begin) + out.substr(end));
  const std::string carries = forgery.proof.value_or(proof);
  const auto form = signing::CmsForm::make(certificates.front().get(), {}).value();
  const auto cms = carries.empty()
                       ? signing::sign_cms(form, private_key.get(), digest)
                       : signing::sign_carrier_cms(digest, certificates.front().get(), private_key.get(), {}, carries);
  std::string digits = to_hex(cms.value().der);
  digits.resize(std::max(digits.size(), end - begin - 2), '0');
  return out.replace(begin + 1, end - begin - 2, digits);
}

std::string CarriedFixture::with_revision(const std::string& pdf, const std::map<int, std::string>& objects) {
  const std::size_t previous = pdf.rfind("startxref\n") + 10;
  std::string text;
  for (const auto& [number, body] : objects) text += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
  const std::size_t xref = pdf.size() + text.size();
  return pdf + text + table_of(text, pdf.size()) + "trailer\n<< /Root 1 0 R /Size 20 /Prev " +
         std::to_string(std::stoul(pdf.substr(previous, 12))) + " >>\nstartxref\n" + std::to_string(xref) + "\n%%EOF\n";
}

const CarriedFixture& carried_fixture() {
  static const CarriedFixture made;
  return made;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.rfind(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

}  // namespace quotary::testing
