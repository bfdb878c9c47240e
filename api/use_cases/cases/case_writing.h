// How the writing calls about policies and cases begin and end. Inside api/use_cases/cases.
#pragma once

#include "api/use_cases/request_turn.h"

namespace quotary::api {

// What an answer is made of, whether its entry was written just now or long ago: `describe` answers all members but
// `ledger`, from the entry alone.
using DescribeEntry = std::function<Result<json::object>(const Entry&)>;
[[nodiscard]] Result<Answer> answer_again(const Organisation::Parts& parts, const Entry& entry, int status,
                                          const DescribeEntry& describe);
// Appends the only entry of the command.
[[nodiscard]] Result<Answer> answer_written(const Organisation::Parts& parts, Command command, int status,
                                            const DescribeEntry& describe);

// A private JSON object under the key subject.
[[nodiscard]] NewObject private_object(std::string_view name, const json::object& content, std::string key_subject);

}  // namespace quotary::api
