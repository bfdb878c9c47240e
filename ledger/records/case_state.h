// How cases and what belongs to them are kept in the state. For the rules of cases; who reads the state uses cases.h.
#pragma once

#include "ledger/records/cases.h"

#include <string>

namespace quotary::records {

[[nodiscard]] std::string encode(const CaseRecord& found);
[[nodiscard]] std::string encode(const ItemRecord& item);
[[nodiscard]] std::string encode(const ContentPlace& place);

}  // namespace quotary::records
