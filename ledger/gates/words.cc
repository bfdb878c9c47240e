// What a gate lacks, in Chinese and English. The phrases are data; a sentence is put together from them.
#include "ledger/gates/gate.h"
#include "ledger/gates/reason.h"

#include <algorithm>

namespace quotary::gates {

namespace {

struct Phrase {
  std::string zh, en;
};

const Phrase& of(EvidenceKind kind) {
  static const std::array<Phrase, codes<EvidenceKind>.size()> all = {{{"照片", "a photo"},
                                                                      {"演示文稿", "a deck"},
                                                                      {"文件", "a document"},
                                                                      {"确认书", "a confirmation"},
                                                                      {"材料", "an item"}}};
  return all[static_cast<std::size_t>(kind)];
}

const Phrase& of(SignatureGrade grade) {
  static const std::array<Phrase, codes<SignatureGrade>.size()> all = {
      {{"纸质签名的扫描件", "a scan of a signature on paper"},
       {"在线留痕签名", "a recorded signature"},
       {"通行密钥签名", "a signature by passkey"},
       {"数字证书签名", "a signature by certificate"}}};
  return all[static_cast<std::size_t>(grade)];
}

// In the order of refusable_flags.
Phrase flag_phrase(std::string_view flag) {
  static const std::array<Phrase, refusable_flags.size()> all = {
      {{"没有拍摄信息", "has no capture data"},
       {"时钟有偏差", "comes from a clock that was off"},
       {"位置远离现场", "was captured far from the site"},
       {"与其他材料重复", "is the same as another item"},
       {"经软件编辑过", "went through editing software"},
       {"时间在将来", "has a time in the future"},
       {"文件类型与声明不符", "is not of the type that was declared"},
       {"文件已加密", "is encrypted"},
       {"文件含有宏", "holds macros"},
       {"与其他案卷的照片近似", "looks like a photo of another case"}}};
  const auto found = std::find(refusable_flags.begin(), refusable_flags.end(), flag);
  QUOTARY_CHECK(found != refusable_flags.end());
  return all[static_cast<std::size_t>(found - refusable_flags.begin())];
}

// What is wrong, and what mends it.
struct Fault {
  Phrase what, remedy;
};

class Writer {
 public:
  explicit Writer(const Policy& policy) : policy_(policy) {}

  [[nodiscard]] Sentence sentence(const RequirementState& state) const {
    if (state.id.starts_with(note_requirement)) return note_sentence(state);
    const Policy::Requirement& requirement = find(policy_.requirements, state.id);
    return state.standing == Standing::invalid ? invalid_sentence(state, requirement)
                                               : missing_sentence(state, requirement);
  }

 private:
  template <class Item>
  static const Item& find(const std::vector<Item>& items, std::string_view id) {
    const auto found = std::find_if(items.begin(), items.end(), [id](const Item& item) { return item.id == id; });
    QUOTARY_CHECK(found != items.end());
    return *found;
  }

  static Phrase quoted(const Policy::Title& title) { return {"“" + title.zh + "”", "\"" + title.en + "\""}; }

  static Phrase counts(const RequirementState& state) {
    const std::string counted = std::to_string(state.counted), needed = std::to_string(state.needed);
    return {"（有效 " + counted + " 份，需要 " + needed + " 份）", " (" + counted + " of " + needed + ")"};
  }

  [[nodiscard]] Phrase target(const Policy::Requirement& requirement) const {
    return quoted(find(policy_.requirements, requirement.target).title);
  }

  [[nodiscard]] Sentence note_sentence(const RequirementState& state) const {
    const Policy::Note& note = find(policy_.notes, std::string_view(state.id).substr(note_requirement.size()));
    static const std::array<Phrase, codes<NoteKind>.size()> remedies = {
        {{"请写明内容", "write it down"},
         {"请列出各角色及其人员，至少有一位决策者", "name the roles and who holds them, at least one decision maker"},
         {"请用客户的原话填写", "fill it in with the customer's own words"},
         {"请写明事项、日期和交付物", "say what is done, on which date, and what is delivered"}}};
    const Phrase title = quoted(note.title);
    Phrase remedy = remedies[static_cast<std::size_t>(note.kind)];
    if (note.min_characters) {
      const std::string count = std::to_string(*note.min_characters);
      remedy = {remedy.zh + "，至少 " + count + " 个字", remedy.en + ", in at least " + count + " characters"};
    }
    return {state.id, title.zh + "尚未填写完整：" + remedy.zh + "。",
            title.en + " is missing or not complete: " + remedy.en + "."};
  }

  [[nodiscard]] Sentence missing_sentence(const RequirementState& state, const Policy::Requirement& requirement) const {
    std::vector<Phrase> with;
    const auto needs = [&](EvidenceNeed need) { return requirement.needs.contains(need); };
    if (needs(EvidenceNeed::geo)) with.push_back({"位置", "a location"});
    if (needs(EvidenceNeed::captured_at) || requirement.max_age_hours) with.push_back({"采集时间", "a capture time"});
    if (needs(EvidenceNeed::version_label)) with.push_back({"版本标签", "a version label"});
    if (needs(EvidenceNeed::signature) || requirement.signature_at_least) {
      with.push_back(requirement.signature_at_least
                         ? Phrase{"签名（至少为" + of(*requirement.signature_at_least).zh + "）",
                                  "a signature (at least " + of(*requirement.signature_at_least).en + ")"}
                         : Phrase{"签名", "a signature"});
    }
    const Phrase title = quoted(requirement.title), count = counts(state), kind = of(requirement.kind);
    Sentence out{state.id, "缺少" + title.zh + count.zh + "：请上传" + kind.zh,
                 title.en + " is missing" + count.en + ": upload " + kind.en};
    if (!with.empty()) {
      const Phrase all = joined(with, "、", " and ");
      out.zh += "，须有" + all.zh;
      out.en += " with " + all.en;
    }
    if (requirement.max_age_hours) {
      const std::string hours = std::to_string(*requirement.max_age_hours);
      out.zh += "，采集后 " + hours + " 小时内上传";
      out.en += ", within " + hours + " hours of its capture";
    }
    if (!requirement.target.empty()) {
      const Phrase bound = target(requirement);
      out.zh += "，针对" + bound.zh + "的当前版本";
      out.en += ", for the current version of " + bound.en;
    }
    out.zh += "。";
    out.en += ".";
    return out;
  }

  [[nodiscard]] Sentence invalid_sentence(const RequirementState& state, const Policy::Requirement& requirement) const {
    std::vector<Phrase> whats, remedies;
    for (const std::string& reason : state.reasons) {
      Fault fault = fault_of(reason, requirement);
      whats.push_back(std::move(fault.what));
      // Some faults are mended by one deed.
      const bool told = std::any_of(remedies.begin(), remedies.end(),
                                    [&](const Phrase& remedy) { return remedy.en == fault.remedy.en; });
      if (!told) remedies.push_back(std::move(fault.remedy));
    }
    const Phrase title = quoted(requirement.title), count = counts(state);
    const Phrase what = joined(whats, "，", " and "), remedy = joined(remedies, "，并", " and ");
    return {state.id, title.zh + "不符合要求" + count.zh + "：" + what.zh + "；请" + remedy.zh + "。",
            title.en + " does not count" + count.en + ": it " + what.en + "; " + remedy.en + "."};
  }

  static Phrase joined(const std::vector<Phrase>& phrases, std::string_view between_zh, std::string_view last_en) {
    Phrase out;
    for (std::size_t i = 0; i < phrases.size(); ++i) {
      if (i > 0) {
        out.zh += between_zh;
        out.en += i + 1 == phrases.size() ? last_en : std::string_view(", ");
      }
      out.zh += phrases[i].zh;
      out.en += phrases[i].en;
    }
    return out;
  }

  [[nodiscard]] Fault fault_of(const std::string& reason, const Policy::Requirement& requirement) const {
    if (reason.starts_with(flag_reason))
      return {flag_phrase(std::string_view(reason).substr(flag_reason.size())),
              {"换一份没有此问题的材料", "upload one without that"}};
    const auto known = find_code<Reason>(reason);
    QUOTARY_CHECK(known.has_value());
    static const Phrase again = {"重新采集并上传", "capture it again and upload it"};
    switch (*known) {
      case Reason::too_old: return {too_old(requirement), again};
      case Reason::geo_missing: return {{"没有位置", "has no location"}, again};
      case Reason::captured_at_missing: return {{"没有采集时间", "has no capture time"}, again};
      case Reason::version_label_missing:
        return {{"没有版本标签", "has no version label"}, {"上传带版本标签的新版本", "upload a version with a label"}};
      case Reason::change_note_missing:
        return {{"没有修改说明", "has no change note"},
                {"上传附修改说明的新版本", "upload a version with a note of what changed"}};
      case Reason::parent_version_missing:
        return {{"没有注明由哪个版本修改而来", "does not say which version it came from"},
                {"上传注明来源版本的新版本", "upload a version that says so"}};
      case Reason::signature_missing: return {{"没有签名", "is not signed"}, {"取得签名", "have it signed"}};
      case Reason::signature_too_weak: return weak_signature(requirement);
      case Reason::target_missing:
      case Reason::stale_target:
      case Reason::target_unknown: return target_fault(*known, requirement);
    }
    return {};
  }

  static Phrase too_old(const Policy::Requirement& requirement) {
    QUOTARY_CHECK(requirement.max_age_hours.has_value());
    const std::string hours = std::to_string(*requirement.max_age_hours);
    return {"上传时距采集已超过 " + hours + " 小时",
            "was captured more than " + hours + " hours before it was received"};
  }

  static Fault weak_signature(const Policy::Requirement& requirement) {
    QUOTARY_CHECK(requirement.signature_at_least.has_value());
    const Phrase& least = of(*requirement.signature_at_least);
    return {{"签名方式不够可靠", "has too weak a signature"},
            {"以更可靠的方式重新签名（至少为" + least.zh + "）", "have it signed by at least " + least.en}};
  }

  [[nodiscard]] Fault target_fault(Reason reason, const Policy::Requirement& requirement) const {
    const Phrase bound = target(requirement);
    const Phrase remedy = {"针对" + bound.zh + "的当前版本重新办理",
                           "do it again for the current version of " + bound.en};
    if (reason == Reason::target_missing)
      return {{"没有注明针对" + bound.zh + "的哪个版本", "does not say which version of " + bound.en + " it is for"},
              remedy};
    if (reason == Reason::stale_target)
      return {
          {"所针对的版本已不是" + bound.zh + "的当前版本", "is for a version of " + bound.en + " that is not current"},
          remedy};
    return {{"所针对的版本不属于" + bound.zh, "is for something that is no version of " + bound.en}, remedy};
  }

  const Policy& policy_;
};

}  // namespace

std::vector<Sentence> words(const GateState& state, const Policy& policy) {
  const Writer writer(policy);
  std::vector<Sentence> out;
  for (const RequirementState& each : state.requirements)
    if (each.standing == Standing::invalid || each.standing == Standing::missing) out.push_back(writer.sentence(each));
  return out;
}

}  // namespace quotary::gates
