// Subjects' keys in one append-only file of fixed records, and the cipher of private objects over them.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/log/ports.h"

#include <memory>
#include <string>

namespace quotary::signing {

// Thread-safe.
class SubjectKeyring : public ObjectCipher {
 public:
  // Overwrites the subject's key in place and syncs: what was encrypted under it can never be read again, unless a
  // backup of the file is kept. Nothing more is encrypted for the subject. Errc::not_found `subject_key_missing`; no
  // error when it is erased already.
  [[nodiscard]] virtual Result<void> erase(std::string_view subject) = 0;
  // Whether keys can be made and erased: not after a write that failed, until the file is opened anew. Waits for
  // nothing.
  [[nodiscard]] virtual bool can_write() const = 0;
};

// The same of a key folder's cipher, which is one.
[[nodiscard]] bool can_write_keys(const ObjectCipher& cipher);

// Opens (or, with `create`, makes) the file; its bytes stand in ledger/FORMAT.md. An incomplete record at the end was
// never synced, so nothing was encrypted under it: the next one is written over it. A whole record with a wrong
// checksum is damage wherever it stands: Errc::corrupt `subject_keys_damaged` names file and offset, and what to do. An
// erasure that a crash interrupted is finished here.
[[nodiscard]] Result<std::unique_ptr<SubjectKeyring>> open_subject_keys(FileSystem& files, const std::string& path,
                                                                        bool create, std::shared_ptr<Random> random);

}  // namespace quotary::signing
