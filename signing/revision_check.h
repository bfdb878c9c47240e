// What a revision may change in a certified document: an object-level whitelist between neighbouring revisions, so that
// no shadow attack (hide, replace, hide and replace), annotation or new catalog passes. Signatures are not verified
// here.
#pragma once

#include "signing/revision_objects.h"
#include "signing/store_check.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace quotary::signing {

struct ObjectChange {
  std::uint32_t number = 0;
  bool added = false;  // else replaced or deleted
  std::string what;    // "the field Rep (object 7)"
};

// The signature that a revision brings.
struct NewSignature {
  std::uint32_t field = 0, dictionary = 0;
  std::string name;       // of the field
  bool reserved = false;  // a field that the sealed document had ready; else an invisible one that came with it
  bool foreign = false;   // its appearance is not as Quotary writes one
  PdfValue value;         // the signature dictionary; its positions are the file's
};

struct RevisionChanges {
  std::optional<NewSignature> signature;
  bool store = false;  // the document security store or its extension
  bool info = false;   // the date of modification
};

// What a revision adds, replaces and deletes, by object; at most `count_max`, and nothing is judged.
[[nodiscard]] std::vector<ObjectChange> list_changes(const PdfFile& file, std::size_t index, std::size_t count_max);

// Follows a certified document from revision to revision. Borrows the file. For one thread.
class RevisionCheck {
 public:
  // The state after revision `sealed`, which holds the certifying signature. Errc::invalid `dangling_reference` when
  // the sealed document refers to objects that it does not have, and errors of the reader.
  [[nodiscard]] static Result<RevisionCheck> begin(const PdfFile& file, std::size_t sealed);

  // Judges the next revision, and takes it over when it is allowed. Errc::invalid, with the object named:
  //   trailer_changed, object_freed, revision_empty, object_number_reused
  //   catalog_changed, form_changed, page_changed, annotation_added, info_changed, signature_replaced, object_changed
  //   field_changed, field_signed (a signed field is changed), field_visible, field_name_taken, field_malformed
  //   two_signatures, signature_malformed, orphan_object
  //   appearance_missing, appearance_form, appearance_resources, and those of check_appearance_content()
  //   the errors of read_revision_objects() and check_store()
  [[nodiscard]] Result<RevisionChanges> next();
  // The revision that next() would judge.
  [[nodiscard]] std::size_t position() const { return index_ + 1; }

 private:
  struct Field {
    PdfValue value;
    bool reserved = false;
  };
  struct Step;

  explicit RevisionCheck(const PdfFile& file) : file_(&file) {}
  [[nodiscard]] bool existed(std::uint32_t number) const;

  const PdfFile* file_;
  std::size_t index_ = 0;
  std::uint32_t root_ = 0, form_ = 0, page_ = 0, info_ = 0;  // 0: there is none
  PdfValue catalog_, form_value_, page_value_, info_value_;
  std::map<std::uint32_t, Field> fields_;
  std::set<std::uint32_t> signatures_;  // dictionaries
  StoreState store_;
};

}  // namespace quotary::signing
