// A real sealed quote with its allowed revisions, and the tools of someone who appends something else.
#pragma once

#include "signing/approval_signature.h"
#include "signing/document_validation.h"
#include "signing/time_stamp.h"
#include "tests/support/seal_fixture.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace quotary::testing {

inline constexpr Timestamp approval_time{seal_time.unix_ms + 60'000};
inline constexpr Timestamp validation_time{seal_time.unix_ms + 3'600'000};

// An incremental update as its maker wants it. Table, range and signature are made to fit, unless changed here: so that
// form alone can give it away.
struct ForgedRevision {
  std::map<std::uint32_t, std::string> objects;
  std::vector<std::uint32_t> freed;
  std::string before_table;                                 // bytes that stand between objects and table
  std::function<void(std::string&)> text = {};              // all objects, as they will stand
  std::function<void(std::string&)> trailer = {};           // from "trailer" to before "startxref"
  std::function<void(std::string&)> table = {};             // from "xref" to before "trailer"
  std::function<void(std::size_t (&)[4])> range = {};       // the numbers of ByteRange
  std::function<std::string(const std::string&)> der = {};  // of what is signed; default: the representative's CMS
};
[[nodiscard]] std::string forge(const std::string& pdf, const ForgedRevision& revision);

// The body of the newest version of an object, and the same with members before its end.
[[nodiscard]] std::string body_of(const std::string& pdf, std::uint32_t number);
[[nodiscard]] std::string with_members(std::string body, const std::string& members);
// An unsigned signature dictionary; `members` beside those that each has.
[[nodiscard]] std::string signature_body(const std::string& members = "/M (D:20261124020404Z)\n",
                                         const std::string& head =
                                             "/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter "
                                             "/ETSI.CAdES.detached\n");
[[nodiscard]] std::string stream_body(const std::string& dictionary, const std::string& data);
[[nodiscard]] signing::SignatureAppearance drawn_name();

struct SignedDocuments {
  SignedDocuments();

  TemporaryFolder seal_folder, rep_folder, time_folder;
  std::shared_ptr<const signing::Seal> seal;
  std::shared_ptr<const signing::DocumentSigner> rep;
  std::unique_ptr<signing::TimeAuthority> authority;
  signing::ValidationAnchors anchors;
  std::string sealed, by_rep, by_customers, with_proof;

  // Objects of `sealed`; `next` is its Size.
  std::uint32_t catalog = 0, info = 0, form = 0, page = 0, next = 0, seal_signature = 0;
  std::map<std::string, std::uint32_t> fields;

  [[nodiscard]] std::string cms(const std::string& content, const TemporaryFolder& by) const;
  [[nodiscard]] std::string token(const std::string& content) const;
  // The update that signs Rep as Quotary does; `pdf` is the one that it goes behind.
  [[nodiscard]] ForgedRevision approval() const;
  // An invisible DocTimeStamp, and a store of validation data.
  [[nodiscard]] ForgedRevision time_stamp(const std::string& pdf) const;
  [[nodiscard]] ForgedRevision store(const std::string& pdf) const;
  [[nodiscard]] signing::ApprovalRequest request(const std::string& pdf, const std::string& field) const;
  [[nodiscard]] signing::DocumentValidation validated(const std::string& pdf) const;
};
// One for all tests of a program.
[[nodiscard]] const SignedDocuments& signed_documents();

// One respect in which an update of signed_documents() differs from a genuine one.
using Change = std::function<void(ForgedRevision&)>;
[[nodiscard]] Change object(std::uint32_t number, const std::string& body);
// The appearance's content; its length is made to fit.
[[nodiscard]] Change drawn(const std::string& content, const std::string& resources = "<< >>",
                           const std::string& more = "");

}  // namespace quotary::testing
