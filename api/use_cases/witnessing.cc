#include "api/use_cases/witnessing.h"

#include "api/metrics_label.h"
#include "api/metrics_text.h"
#include "api/organisation.h"
#include "api/use_cases/parts.h"
#include "ledger/log/proof_text.h"

#include <algorithm>

namespace quotary::api {
namespace {

std::string seconds_text(std::uint64_t seconds) { return format_rfc3339({static_cast<std::int64_t>(seconds) * 1000}); }

json::object json_of(const witness::WitnessState& state) {
  json::object out{{"name", state.name}, {"key", state.key}, {"state", state.state}};
  if (state.size > 0) {
    out["size"] = state.size;
    out["time"] = seconds_text(state.time);
  }
  if (!state.code.empty()) out["code"] = state.code;
  if (state.failures > 0) {
    out["failures"] = state.failures;
    out["failing_ms"] = state.failing_ms;
  }
  return out;
}

}  // namespace

Result<void> Organisation::Parts::start_witnesses() {
  if (config.witnessing.policy_file.empty() || ledger->state().read_only) return {};
  QUOTARY_TRY(key, parse_vkey(keys->log_signer().vkey()));
  QUOTARY_TRY(started, witness::Witnesses::start(config.witnessing, config.data_directory + "/witnessed.note",
                                                 {ledger.get(), std::move(key), config.files, config.clock, {}}));
  witnesses = std::move(started);
  return {};
}

Result<std::string> Organisation::Parts::best_proof(std::uint64_t index) const {
  const auto newest = witnesses ? witnesses->witnessed() : std::nullopt;
  if (!newest || index >= newest->size) return ledger->proof(index);
  QUOTARY_TRY(entry, ledger->entry(index));
  QUOTARY_TRY(path, quotary::inclusion_proof(index, newest->size, ledger->nodes()));
  QUOTARY_TRY_VOID(check_inclusion(entry.leaf, index, newest->size, path, newest->root));
  return proof_text(index, path, entry.canonical, newest->note);
}

std::string Organisation::checkpoint() const {
  return parts_->witnesses ? parts_->witnesses->checkpoint() : parts_->ledger->checkpoint();
}

witness::WitnessingState Organisation::witnessing() const {
  if (parts_->witnesses) return parts_->witnesses->state();
  witness::WitnessingState state;
  state.signed_size = parts_->ledger->state().tree_size;
  state.signed_note = parts_->ledger->checkpoint();
  if (!parts_->config.witnessing.policy_file.empty()) {
    state.configured = true;
    state.trouble = "the ledger is served for reading alone, so no witness is asked";
  }
  return state;
}

bool Organisation::witnessing_degraded() const {
  return witness::is_degraded(witnessing(), parts_->config.witnessing.pace);
}

Answer Organisation::read_witnesses(bool for_operator) const {
  const auto state = witnessing();
  json::object out{{"configured", state.configured},
                   {"signed", json::object{{"size", state.signed_size}, {"checkpoint", state.signed_note}}}};
  if (!state.configured) return Answer{200, std::move(out), false};
  out["required"] = state.required;
  out["statement"] = witness::sentence_of(state);
  out["degraded"] = witness::is_degraded(state, parts_->config.witnessing.pace);
  out["behind_ms"] = state.behind_ms;
  if (state.witnessed_size > 0) {
    out["witnessed"] = json::object{{"size", state.witnessed_size},
                                    {"count", state.count},
                                    {"since", seconds_text(state.since)},
                                    {"checkpoint", state.witnessed_note}};
  }
  if (for_operator && !state.trouble.empty()) out["trouble"] = state.trouble;
  json::array all;
  for (const auto& each : state.witnesses) all.push_back(json_of(each));
  out["witnesses"] = std::move(all);
  return Answer{200, std::move(out), false};
}

std::string witness_figures(const witness::WitnessingState& state) {
  if (!state.configured) return {};
  const auto figure = [](const char* name, const char* help, std::uint64_t value) {
    return metrics_line(name, "gauge", help, value);
  };
  const auto of_each = [&](const std::string& name, const char* kind, const char* help,
                           std::uint64_t witness::WitnessState::*member) {
    std::string out = metrics_head(name, kind, help);
    for (const auto& each : state.witnesses)
      out += name + "{witness=\"" + metrics_label(each.key) + "\"} " + std::to_string(each.*member) + "\n";
    return out;
  };
  const auto lost = std::count_if(state.witnesses.begin(), state.witnesses.end(),
                                  [](const auto& each) { return each.state == "lost" || each.state == "refused"; });
  return figure("quotary_witnessed_size", "Entries under the newest checkpoint that is witnessed as the policy asks.",
                state.witnessed_size) +
         figure("quotary_witnessed_count", "Cosignatures of that checkpoint.", state.count) +
         figure("quotary_witness_behind_seconds",
                "For how long the newest checkpoint has been waiting to be witnessed.",
                static_cast<std::uint64_t>(state.behind_ms / 1000)) +
         figure("quotary_witness_lost", "Witnesses that are lost or refuse.", static_cast<std::uint64_t>(lost)) +
         of_each("quotary_witness_cosigned_size", "gauge",
                 "Entries under the largest checkpoint that the witness cosigned.", &witness::WitnessState::size) +
         of_each("quotary_witness_asked_total", "counter", "Questions to the witness since the start.",
                 &witness::WitnessState::asked_total) +
         of_each("quotary_witness_failed_total", "counter", "Of those, the ones without its cosignature.",
                 &witness::WitnessState::failed_total);
}

}  // namespace quotary::api
