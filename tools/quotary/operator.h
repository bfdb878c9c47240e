// What an operator may write: the same calls inside a running server (over its Unix socket) or on a stopped ledger.
#pragma once

#include "api/http/router.h"
#include "api/organisation.h"
#include "tools/quotary/command.h"

#include <string_view>

namespace quotary::cli {

// `action` is people.add {name, role, team, region, login, password}, people.token {person}, or
// series.add {name, branch, document_type, pattern, period}, people.list or series.list, which answer {"items"}, or
// policy.check and policy.publish {text, form: toml | json}, policy.list, policy.show {name, version}, or
// witnesses.show, time_stamping.show and long_term.show {by}, as GET /v1/log/witnesses, /v1/log/time and
// /v1/log/long-term, long_term.renew {before}, evidence.make {number}, which answers {"file_name", "sha256", "tar"} in
// base64, verifications.add {a report}, verifications.report {run}, which answers {"sha256", "pdf"} in base64,
// backup.start {to, keep, chain: yes | no} or backup.show, which both answer how the backup goes on. Errc::not_found
// `unknown_action`.
[[nodiscard]] Result<json::object> perform(api::Organisation& organisation, std::string_view action,
                                           const json::object& body);

// Serves perform() as POST /operator/{action}. Only for the server on the Unix socket: whoever may open the socket is
// the operator. `organisation` outlives the router.
void add_operator_routes(http::Router& router, api::Organisation& organisation);

// Through the socket when a server runs on the folder, else by opening the ledger for this one call.
[[nodiscard]] Result<json::object> operator_call(const Places& places, std::string_view action,
                                                 const json::object& body);

// True when a server listens on the folder's socket.
[[nodiscard]] bool server_runs(const Places& places);

}  // namespace quotary::cli
