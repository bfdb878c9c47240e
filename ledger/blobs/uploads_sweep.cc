// What comes before and after an upload's own calls: taking up what a process left, and taking away what nobody needs.
#include "ledger/blobs/upload_held.h"

namespace quotary::blobs {

namespace {

constexpr std::string_view sidecar_ending = ".upload";

Result<void> remove_if_there(FileSystem& files, const std::string& path) {
  auto removed = files.remove(path);
  if (!removed && removed.error().kind == Errc::not_found) return {};
  return removed;
}

}  // namespace

Result<void> Uploads::load() {
  QUOTARY_TRY(names, ports_.files->list(folder_));
  for (const std::string& name : names) {
    if (!name.ends_with(sidecar_ending)) continue;
    const std::string id = name.substr(0, name.size() - sidecar_ending.size());
    if (!is_blob_id(id)) continue;
    auto text = read_file(*ports_.files, folder_ + "/" + name, sidecar_bytes_max);
    if (!text && text.error().kind != Errc::too_large) return std::move(text).error();
    // One that a crash cut off leads to nothing: a stray.
    auto sidecar = text ? parse_sidecar(*text) : std::move(text).error();
    if (!sidecar) continue;
    const auto upload = std::make_shared<Upload>(std::move(*sidecar));
    upload->finished = ports_.store.holds(id);
    uploads_.emplace(id, upload);
  }
  return {};
}

Result<void> Uploads::drop(const std::string& id) {
  QUOTARY_TRY(held, hold(id));
  return discard(held);
}

Result<void> Uploads::discard(Held& held) {
  held->part.reset();
  QUOTARY_TRY_VOID(remove_if_there(*ports_.files, part_path(held.id)));
  QUOTARY_TRY_VOID(remove_if_there(*ports_.files, sidecar_path(held.id)));
  held->dropped = true;
  forget(held.id);
  return {};
}

void Uploads::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  uploads_.erase(id);
}

bool Uploads::knows(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return uploads_.contains(id);
}

Result<SweptUploads> Uploads::sweep(Timestamp now) {
  std::vector<std::string> expired;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, upload] : uploads_)
      if (upload->sidecar.created_at.unix_ms <= now.unix_ms - limits_.age_ms_max) expired.push_back(id);
  }
  SweptUploads swept;
  for (const std::string& id : expired) {
    auto held = hold(id);
    if (!held) continue;  // at work, or gone meanwhile
    QUOTARY_TRY_VOID(discard(*held));
    ++swept.expired;
  }
  QUOTARY_TRY(strays, remove_strays());
  swept.strays = strays;
  // Else a power cut brings them back.
  if (swept.expired + swept.strays > 0) QUOTARY_TRY_VOID(ports_.files->sync_directory(folder_));
  return swept;
}

Result<std::uint64_t> Uploads::remove_strays() {
  QUOTARY_TRY(names, ports_.files->list(folder_));
  std::uint64_t removed = 0;
  for (const std::string& name : names) {
    const std::string id = name.substr(0, name.find('.')), path = folder_ + "/" + name;
    // A file of another name is not ours to remove.
    if (!is_blob_id(id) || (path != part_path(id) && path != sidecar_path(id)) || knows(id)) continue;
    QUOTARY_TRY_VOID(remove_if_there(*ports_.files, path));
    ++removed;
  }
  return removed;
}

Result<SweptOrphans> Uploads::remove_orphans(const Named& named, Timestamp now) {
  const Timestamp newest{now.unix_ms - limits_.age_ms_max - limits_.orphan_grace_ms};
  SweptOrphans swept;
  const auto visit = [&](const std::string& id) -> Result<bool> {
    if (knows(id)) return true;
    QUOTARY_TRY(is_named, named(id));
    if (is_named) return true;
    const auto head = ports_.store.head(id);
    if (!head && head.error().kind != Errc::corrupt && head.error().kind != Errc::unavailable) return head.error();
    if (!head) {
      swept.unreadable.push_back(id);
    } else if (head->created_at <= newest) {
      QUOTARY_TRY_VOID(ports_.store.remove(id));
      swept.removed.push_back(id);
    }
    return true;
  };
  QUOTARY_TRY_VOID(ports_.store.list(visit));
  return swept;
}

}  // namespace quotary::blobs
