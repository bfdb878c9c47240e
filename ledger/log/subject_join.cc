#include "ledger/log/subject_join.h"

#include <algorithm>
#include <cerrno>
#include <type_traits>
#include <utility>

namespace quotary {

namespace {

constexpr std::size_t place_bytes = 2 * (sizeof(Hash) + sizeof(SubjectLast));  // of the table, with its spare places
// With memory for half a million subjects, as much as that holds sixty million.
constexpr std::size_t parts = 128;
constexpr std::size_t part_buffer_bytes = 32u << 10, links_at_once = 512;

static_assert(std::is_trivially_copyable_v<SubjectLink>);

// A link that was followed already: no entry goes on from itself.
SubjectLink followed(const Hash& subject, const SubjectLast& last) {
  return {last.index, last.count, last.index, subject};
}
bool is_followed(const SubjectLink& link) { return link.prev == link.index; }

}  // namespace

SubjectJoin::SubjectJoin(Scratch scratch, std::uint64_t expected, Broken broken)
    : scratch_(std::move(scratch)), broken_(std::move(broken)) {
  lasts_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(expected, scratch_.memory_bytes_max / place_bytes)));
}

void SubjectJoin::add(const SubjectLink& link) {
  if (aside_) return put_aside(link);
  follow(link);
  if (lasts_.size() * place_bytes > scratch_.memory_bytes_max) spill();
}

void SubjectJoin::follow(const SubjectLink& link) {
  const auto [place, added] = lasts_.try_emplace(link.subject, SubjectLast{link.index, link.seq});
  if (added) {
    const bool first = link.seq == 1 && !link.prev;
    if (!first && !is_followed(link)) broken_(link, std::nullopt);
    return;
  }
  const SubjectLast before = std::exchange(place->second, SubjectLast{link.index, link.seq});
  if (link.seq != before.count + 1 || link.prev != before.index) broken_(link, before);
}

// What is last of each subject so far stands before its later links.
void SubjectJoin::spill() {
  aside_ = true;
  auto folder = ScratchFolder::make(scratch_.directory);
  if (!folder) {
    status_ = std::move(folder).error();
    return;
  }
  folder_ = std::move(*folder);
  for (std::size_t part = 0; part < parts; ++part) {
    parts_.emplace_back(std::fopen((folder_->path() + "/links." + std::to_string(part)).c_str(), "w+be"));
    if (parts_.back() == nullptr) return failed("cannot be made");
    (void)std::setvbuf(parts_.back().get(), nullptr, _IOFBF, part_buffer_bytes);
  }
  for (const auto& [subject, last] : lasts_) put_aside(followed(subject, last));
  lasts_ = {};
}

void SubjectJoin::put_aside(const SubjectLink& link) {
  if (!status_) return;
  std::FILE* const part = parts_[link.subject.bytes.back() % parts].get();
  if (std::fwrite(&link, sizeof link, 1, part) != 1) failed("cannot be written");
}

void SubjectJoin::finish() {
  std::vector<SubjectLink> links(links_at_once);
  for (File& part : parts_) {
    if (!status_) return;
    if (std::fflush(part.get()) != 0 || std::fseek(part.get(), 0, SEEK_SET) != 0) return failed("cannot be written");
    lasts_.clear();
    while (const std::size_t read = std::fread(links.data(), sizeof(SubjectLink), links.size(), part.get()))
      for (std::size_t i = 0; i < read; ++i) follow(links[i]);
    if (std::ferror(part.get()) != 0) return failed("cannot be read");
    part.reset();
  }
  // What else is verified may go on for long.
  lasts_ = {};
  folder_.reset();
}

void SubjectJoin::failed(const std::string& what) {
  status_ = fail(Errc::unavailable, "scratch_failed",
                 "what a check keeps in " + folder_->path() + " " + what + ": " + std::strerror(errno));
}

}  // namespace quotary
