// An operator's call to a running server: one HTTP request over a Unix socket. With Beast: an answer parser of our own
// would be one more to get wrong.
#pragma once

#include "ledger/base/json.h"

#include <string>
#include <string_view>

namespace quotary::cli {

struct SocketAnswer {
  int status = 0;
  std::string body;
};

// True when somebody accepts connections at the path; a socket file that a killed server left behind is not enough.
[[nodiscard]] bool socket_listens(const std::string& path);

// POSTs JSON and reads the whole answer (at most 136 MB, within 60 s). Errc::unavailable `server_gone`.
[[nodiscard]] Result<SocketAnswer> post_over_socket(const std::string& path, const std::string& target,
                                                    const std::string& body);

// The operator's call `action` (operator.h) of the server that listens at the path: its answer, or the error that it
// had. Errc::unavailable `no_server` when nobody listens there.
[[nodiscard]] Result<json::object> call_over_socket(const std::string& path, std::string_view action,
                                                    const json::object& body);

}  // namespace quotary::cli
