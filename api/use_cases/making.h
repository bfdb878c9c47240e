// The record of an organisation that is being made. Internal to the use cases.
#pragma once

#include "api/organisation.h"

#include <memory>
#include <string>

namespace quotary::api {

// The file `making` in the key folder: it stands from before the first key is made until the first entry is published,
// and says what is being made. So keys that an interrupted making left are told from those of an organisation, and it
// goes on only for whom it was begun. Its bytes stand in ledger/FORMAT.md. Holds the file's lock. For one thread.
class Making {
 public:
  struct Arguments {
    std::string origin, public_url, time_zone;
    std::string profile;  // the seller's, canonical
    bool development_seal = false;
  };

  // Begins, which needs an empty data folder and a key folder without keys of ours, or goes on. `config` has its
  // defaults. Errc::conflict `folder_not_empty`, `keys_exist`, `making_differs` (says in what), `locked` (another one
  // is at work).
  [[nodiscard]] static Result<Making> begin(const OrganisationConfig& config, const Arguments& arguments);
  // Whether one stands in that key folder.
  [[nodiscard]] static bool stands(const OrganisationConfig& config);
  // Ends it, once the first entry is published; when it answers, no record stands there or can come back. Nothing to
  // end is no error.
  [[nodiscard]] static Result<void> end(const OrganisationConfig& config);

 private:
  explicit Making(std::shared_ptr<void> lock) : lock_(std::move(lock)) {}
  std::shared_ptr<void> lock_;
};

}  // namespace quotary::api
