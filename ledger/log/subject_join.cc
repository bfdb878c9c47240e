#include "ledger/log/subject_join.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

namespace quotary {

namespace {

constexpr std::size_t links_at_once = 512;  // that are read back

static_assert(std::is_trivially_copyable_v<SubjectLink>);

struct FirstBytes {
  using is_avalanching = void;
  std::size_t operator()(const NameTag& tag) const {
    std::size_t out = 0;
    std::memcpy(&out, tag.bytes.data(), sizeof out);
    return out;
  }
};

}  // namespace

SubjectJoin::SubjectJoin(Scratch scratch, Broken broken)
    : scratch_(std::move(scratch)),
      broken_(std::move(broken)),
      links_max_(std::max<std::size_t>(scratch_.memory_bytes_max / parts_ / sizeof(SubjectLink), 1)) {}

void SubjectJoin::add(const SubjectLink& link) {
  if (!status_) return;
  Part& part = all_[link.subject.bytes.back() % parts_];
  part.links.push_back(link);
  if (part.links.size() >= links_max_) write(part);
}

void SubjectJoin::write(Part& part) {
  if (!folder_) {
    auto folder = ScratchFolder::make(scratch_.directory);
    if (!folder) {
      status_ = std::move(folder).error();
      return;
    }
    folder_ = std::move(*folder);
  }
  if (!part.before) {
    const auto number = static_cast<std::size_t>(&part - all_.data());
    part.before.reset(std::fopen((folder_->path() + "/links." + std::to_string(number)).c_str(), "w+be"));
    if (!part.before) return failed("cannot be made");
    (void)std::setvbuf(part.before.get(), nullptr, _IONBF, 0);  // what is written is large
  }
  if (std::fwrite(part.links.data(), sizeof(SubjectLink), part.links.size(), part.before.get()) != part.links.size())
    return failed("cannot be written");
  part.links.clear();
}

void SubjectJoin::finish() {
  for (Part& part : all_) {
    if (status_) follow(part);
    part = {};
  }
  // What else is verified may go on for long.
  folder_.reset();
}

void SubjectJoin::follow(Part& part) {
  boost::unordered_flat_map<NameTag, SubjectLast, FirstBytes> lasts;
  const auto next = [&](const SubjectLink& link) {
    const auto [place, added] = lasts.try_emplace(link.subject, SubjectLast{link.index, link.seq});
    if (added) {
      if (link.seq != 1 || link.prev) broken_(link, std::nullopt);
      return;
    }
    const SubjectLast before = std::exchange(place->second, SubjectLast{link.index, link.seq});
    if (link.seq != before.count + 1 || link.prev != before.index) broken_(link, before);
  };
  if (part.before) {
    if (std::fseek(part.before.get(), 0, SEEK_SET) != 0) return failed("cannot be read");
    std::vector<SubjectLink> links(links_at_once);
    while (const std::size_t read = std::fread(links.data(), sizeof(SubjectLink), links.size(), part.before.get()))
      std::for_each_n(links.begin(), read, next);
    if (std::ferror(part.before.get()) != 0) return failed("cannot be read");
  }
  std::for_each(part.links.begin(), part.links.end(), next);
}

void SubjectJoin::failed(const std::string& what) {
  status_ = fail(Errc::unavailable, "scratch_failed",
                 "what a check keeps in " + folder_->path() + " " + what + ": " + std::strerror(errno));
}

}  // namespace quotary
