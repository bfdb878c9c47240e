#include "ledger/blobs/uploads.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/blobs/upload_held.h"

#include <algorithm>
#include <future>

namespace quotary::blobs {

namespace {

Error with_problem(Errc kind, std::string code, std::string detail, std::string pointer, std::string figure) {
  Error error = fail(kind, code, std::move(detail));
  error.problems.push_back({std::move(pointer), std::move(code), std::move(figure)});
  return error;
}

Error unknown_upload(const std::string& id) {
  return fail(Errc::not_found, "upload_unknown",
              "no upload " + id.substr(0, 2 * blob_id_bytes) + ": it was dropped, expired, or never began; begin anew");
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > upload_name_bytes_max) return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace

Uploads::Uploads(UploadPorts ports, std::string folder, const UploadLimits& limits)
    : ports_(std::move(ports)), folder_(std::move(folder)), limits_(limits) {}
Uploads::~Uploads() = default;

Result<std::unique_ptr<Uploads>> Uploads::open(UploadPorts ports, std::string folder, const UploadLimits& limits) {
  QUOTARY_CHECK(limits.upload_bytes_max <= blob_bytes_max);
  QUOTARY_TRY_VOID(ports.files->make_directory(folder));
  std::unique_ptr<Uploads> uploads(new Uploads(std::move(ports), std::move(folder), limits));
  QUOTARY_TRY_VOID(uploads->load());
  return uploads;
}

Result<void> Uploads::check(const NewUpload& upload) const {
  const std::string names = "1 to " + std::to_string(upload_name_bytes_max) + " bytes of UTF-8 are expected";
  if (!is_name(upload.owner)) return with_problem(Errc::invalid, "bad_upload", names, "/owner", names);
  if (!is_name(upload.key_subject)) return with_problem(Errc::invalid, "bad_upload", names, "/key_subject", names);
  if (upload.meta.size() > upload_meta_bytes_max) {
    const std::string most = "at most " + std::to_string(upload_meta_bytes_max) + " bytes can be kept beside an upload";
    return with_problem(Errc::too_large, "upload_too_large", most, "/meta", most);
  }
  if (upload.size_bytes > limits_.upload_bytes_max) {
    const std::string most = "an upload has at most " + std::to_string(limits_.upload_bytes_max) + " bytes";
    return with_problem(Errc::too_large, "upload_too_large", most, "/size_bytes", most);
  }
  return {};
}

UploadFigures Uploads::tally() const {
  UploadFigures out;
  for (const auto& [id, upload] : uploads_) {
    if (upload->finished) continue;
    ++out.open;
    out.open_bytes += upload->sidecar.size_bytes;
  }
  return out;
}

UploadFigures Uploads::figures() const {
  const std::lock_guard lock(mutex_);
  return tally();
}

Result<void> Uploads::check_room(const NewUpload& upload) const {
  const auto [all, bytes] = tally();
  const auto owners = std::count_if(uploads_.begin(), uploads_.end(), [&](const auto& each) {
    return !each.second->finished && each.second->sidecar.owner == upload.owner;
  });
  if (static_cast<std::size_t>(owners) >= limits_.open_uploads_per_owner_max)
    return fail(Errc::overloaded, "too_many_uploads",
                "you have " + std::to_string(owners) + " unfinished uploads: finish or drop one");
  if (all >= limits_.open_uploads_max)
    return fail(Errc::overloaded, "too_many_uploads",
                "there are " + std::to_string(all) + " unfinished uploads; try again later");
  if (bytes > limits_.open_bytes_max || upload.size_bytes > limits_.open_bytes_max - bytes)
    return fail(Errc::overloaded, "uploads_full",
                "unfinished uploads may hold " + std::to_string(limits_.open_bytes_max) + " bytes together, and " +
                    std::to_string(bytes) + " are taken; try again later");
  return {};
}

Result<std::string> Uploads::create(const NewUpload& upload, Timestamp now) {
  QUOTARY_TRY_VOID(check(upload));
  const std::string id = to_hex(ports_.random->bytes(blob_id_bytes));
  UploadSecrets secrets;
  {
    std::string key = ports_.random->bytes(content_key_bytes);
    const WipedAtEnd wiped(key);
    secrets = {ContentKey(key), ports_.random->bytes(content_nonce_bytes), upload.meta};
  }
  QUOTARY_TRY(sealed, seal_secrets(ports_.object_cipher, upload.key_subject, id, secrets));
  const auto made = std::make_shared<Upload>(
      UploadSidecar{upload.owner, upload.key_subject, now, upload.size_bytes, upload.size_is_exact, std::move(sealed)});
  Held held(id, made);
  {
    const std::lock_guard lock(mutex_);
    QUOTARY_TRY_VOID(check_room(upload));
    uploads_.emplace(id, made);
  }
  const auto write = [&]() -> Result<void> {
    QUOTARY_TRY(file, ports_.files->open(sidecar_path(id), OpenMode::create_new));
    return file->write_at(0, sidecar_text(made->sidecar));
  };
  if (auto written = write(); !written) {
    forget(id);
    return std::move(written).error();
  }
  return id;
}

Result<Uploads::Held> Uploads::hold(const std::string& id) {
  std::shared_ptr<Upload> upload;
  {
    const std::lock_guard lock(mutex_);
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) return unknown_upload(id);
    upload = found->second;
  }
  Held held(id, std::move(upload));
  if (!held.locked())
    return fail(Errc::conflict, "upload_busy",
                "another call is at work on upload " + id + "; ask for its state when that has ended");
  if (held->dropped) return unknown_upload(id);
  return held;
}

Result<UploadSecrets> Uploads::secrets_of(const Held& held) const {
  return open_secrets(ports_.object_cipher, held->sidecar.key_subject, held.id, held->sidecar.sealed);
}

Result<void> Uploads::take_up(Held& held) {
  if (held->part || held->finished) return {};
  // A finish that failed, or a process that ended, after the file had its name.
  if (ports_.store.holds(held.id)) {
    held->finished = true;
    return {};
  }
  QUOTARY_TRY(secrets, secrets_of(held));
  QUOTARY_TRY(part, PartFile::open(*ports_.files, ports_.content_cipher, part_path(held.id),
                                   BlobHead{held.id, held->sidecar.created_at}, secrets.key, secrets.nonce));
  held->part.emplace(std::move(part));
  return {};
}

Result<std::uint64_t> Uploads::append(const std::string& id, std::uint64_t offset, std::string_view bytes) {
  QUOTARY_TRY(held, hold(id));
  QUOTARY_TRY_VOID(take_up(held));
  if (held->finished) return fail(Errc::conflict, "upload_finished", "upload " + id + " is finished");
  const std::uint64_t stands_at = held->part->offset(), most = held->sidecar.size_bytes;
  if (offset != stands_at)
    return with_problem(Errc::conflict, "offset_differs",
                        "upload " + id + " stands at byte " + std::to_string(stands_at) + ": go on from there",
                        "/offset", std::to_string(stands_at));
  // What stands is over the most only when somebody changed the file beside it.
  if (stands_at > most || bytes.size() > most - stands_at)
    return with_problem(
        Errc::too_large, "upload_too_large",
        "upload " + id + " was declared to have " + std::to_string(most) + " bytes, and more of them came", "",
        std::to_string(most));
  if (auto appended = held->part->append(bytes); !appended) {
    held->part.reset();
    return std::move(appended).error();
  }
  return held->part->offset();
}

Result<UploadState> Uploads::state(const std::string& id) {
  QUOTARY_TRY(held, hold(id));
  QUOTARY_TRY_VOID(take_up(held));
  QUOTARY_TRY(secrets, secrets_of(held));
  const UploadSidecar& sidecar = held->sidecar;
  UploadState state{sidecar.owner,           sidecar.key_subject,
                    std::move(secrets.meta), sidecar.size_bytes,
                    sidecar.size_is_exact,   0,
                    held->finished,          Timestamp{sidecar.created_at.unix_ms + limits_.age_ms_max}};
  if (!held->finished) {
    state.offset = held->part->offset();
    return state;
  }
  QUOTARY_TRY(size_bytes, ports_.store.size_bytes(id));
  state.offset = size_bytes;
  return state;
}

Result<FinishedUpload> Uploads::finish(const std::string& id) {
  QUOTARY_TRY(held, hold(id));
  QUOTARY_TRY_VOID(take_up(held));
  if (held->finished) return finished_before(held);
  const std::uint64_t stands_at = held->part->offset();
  if (held->sidecar.size_is_exact && stands_at != held->sidecar.size_bytes)
    return with_problem(Errc::conflict, "upload_incomplete",
                        "upload " + id + " has " + std::to_string(stands_at) + " of the " +
                            std::to_string(held->sidecar.size_bytes) + " bytes that were declared",
                        "/offset", std::to_string(stands_at));
  QUOTARY_TRY(secrets, secrets_of(held));
  const auto hashes = held->part->finish();
  held->part.reset();
  if (!hashes) return hashes.error();
  QUOTARY_TRY_VOID(ports_.store.adopt(part_path(id), id));
  QUOTARY_TRY_VOID(settle(id));
  // The durable line: from here on the blob is on the disk, under its name.
  held->finished = true;
  return FinishedUpload{{id, secrets.key, std::move(secrets.nonce), stands_at}, *hashes, std::move(secrets.meta)};
}

Result<void> Uploads::settle(const std::string& id) {
  // Side by side: each waits for the same record of the file system's journal.
  auto source =
      std::async(std::launch::async | std::launch::deferred, [&] { return ports_.files->sync_directory(folder_); });
  auto target = ports_.store.settle(id);
  QUOTARY_TRY_VOID(source.get());
  return target;
}

Result<FinishedUpload> Uploads::finished_before(const Held& held) {
  QUOTARY_TRY(secrets, secrets_of(held));
  QUOTARY_TRY(size_bytes, ports_.store.size_bytes(held.id));
  FinishedUpload finished{{held.id, secrets.key, std::move(secrets.nonce), size_bytes}, {}, std::move(secrets.meta)};
  // Its bytes were synced before it had its name; whether the name was, nobody knows.
  QUOTARY_TRY_VOID(settle(held.id));
  QUOTARY_TRY(reader, ports_.store.open_blob(finished.reference));
  QUOTARY_TRY(hashes, reader.read_through());
  finished.hashes = hashes;
  return finished;
}

}  // namespace quotary::blobs
