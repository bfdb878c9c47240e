// What the kinds of a verification's problems mean, for those who read a report.
#pragma once

#include <string>
#include <string_view>

namespace quotary::api {

struct ProblemKind {
  std::string_view kind, chinese, english;
};
inline constexpr ProblemKind problem_kinds[] = {
    {"store", "存储无法打开", "the store cannot be opened"},
    {"payload", "文件或内容与记录的哈希不符", "stored content does not match its recorded hash"},
    {"leaf", "记录本身被改动", "an entry was changed"},
    {"link", "前后链接断开", "the chain from entry to entry is broken"},
    {"node", "哈希树节点不符", "a tree node does not match"},
    {"index", "索引与记录不符", "an index.root does not commit to what the entries give"},
    {"state", "状态与记录推算结果不符", "the stored state is not what the entries give"},
    {"checkpoint", "检查点签名或内容不符", "a signed checkpoint does not hold"},
    {"truncation", "末尾记录缺失", "entries at the end are missing"},
    {"reorder", "记录顺序被改动", "entries are out of order"},
    {"number_gap", "编号出现空缺", "a number is missing"},
    {"number_duplicate", "编号重复", "a number occurs twice"},
    {"clock", "时间倒退", "time goes backwards"},
    {"content_missing", "证据文件缺失", "the file of a piece of evidence is missing"},
    {"content_damaged", "证据文件损坏", "the file of a piece of evidence was changed or cut off"},
    {"content_differs", "证据内容与记录的承诺不符", "a piece of evidence is not what its entry commits to"},
    {"access_log", "查阅记录文件缺失或被改动", "a file of the record of reads is missing or was changed"},
};

// "中文 / English"; empty for a kind that is not known.
[[nodiscard]] inline std::string words_of_kind(std::string_view kind) {
  for (const auto& known : problem_kinds)
    if (known.kind == kind) return std::string(known.chinese) + " / " + std::string(known.english);
  return {};
}

}  // namespace quotary::api
