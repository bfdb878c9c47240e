#include "tests/support/sample_sheets.h"

#include "tests/support/evidence_files.h"

namespace quotary::testing {

pdfgen::EvidenceSheet photo_sheet() {
  pdfgen::EvidenceSheet s;
  s.issuer = "上海衡拓自动化设备有限公司";
  s.case_id = "01935a3c-7e1f-7c41-9d0e-3a5b8c2f4e61";
  s.case_title = "苏州澄湖伺服压装机现场演示";
  s.customer = "苏州澄湖新能源科技股份有限公司";
  s.item_id = "01935a3c-8001-7c41-9d0e-3a5b8c2f4e62";
  s.item_title = "装配线演示现场";
  s.kind = pdfgen::EvidenceSheet::Kind::photo;
  s.received_at = "2026-06-30 09:06:12 +08:00";
  s.reported_by = "陈思远 (rep)";
  s.captured_at = "2026-06-30 09:05:00 +08:00";
  s.captured_from = pdfgen::EvidenceSheet::Source::exif;
  s.position = "31.298333, 120.585000 ± 12.5 m";
  s.position_from = pdfgen::EvidenceSheet::Source::exif;
  s.camera = "Xiaomi 2211133C, MIUI Camera";
  s.file_name = "IMG_20260630_090500.jpg";
  s.media_type = "image/jpeg";
  s.size_bytes = 4'831'207;
  s.file_sha256 = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752";
  s.commitment_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  s.entry_index = 48213;
  s.verify_url = "https://quotes.hengtuo.example/log/tile/0/188";
  s.picture_jpeg = jpeg_of(spots(800, 600, 7));
  s.created.unix_ms = 1'782'781'572'000;
  return s;
}

pdfgen::EvidenceSheet doubtful_sheet() {
  pdfgen::EvidenceSheet s = photo_sheet();
  s.picture_jpeg = jpeg_of(spots(600, 800, 8));
  s.withdrawal = {"2026-07-01 10:00:00 +08:00", "拍错了设备，见新上传的照片。", 48301};
  s.version = 3;
  s.change_note = "换了一张更清楚的；上一张只拍到了设备的一角，看不出压装工位与操作人员的位置关系。";
  s.captured_from = pdfgen::EvidenceSheet::Source::declared;
  s.position.clear();
  s.camera.clear();
  for (int i = 1; i <= 8; ++i) s.doubts.push_back("第 " + std::to_string(i) + " 项疑点 doubt " + std::to_string(i));
  s.file_name = "现场 \xF0\x9F\x93\xB7.jpg";
  return s;
}

pdfgen::EvidenceSheet deck_sheet() {
  pdfgen::EvidenceSheet s = photo_sheet();
  s.kind = pdfgen::EvidenceSheet::Kind::deck;
  s.item_title = "伺服压装机方案";
  s.version = 2;
  s.version_label = "V2.1";
  s.change_note = "第 5 页报价调整，新增第 9 页维保方案。";
  s.captured_at.clear();
  s.position.clear();
  s.camera.clear();
  s.picture_jpeg.clear();
  s.doubts = {"含有宏，打开前请留意 holds macros"};
  s.file_name = "方案 V2.1.pptm";
  s.media_type = "application/vnd.ms-powerpoint.presentation.macroenabled.12";
  for (int i = 1; i <= 14; ++i)
    s.parts.push_back(i == 13 ? "" : "第 " + std::to_string(i) + " 部分：压装力与节拍 Force and takt");
  s.parts_total = 14;
  s.compared_version = 1;
  s.difference = {"新增 Added: 9", "移动 Moved: 3 → 4",
                  "改动 Changed: 5 → 5，增加 2 行，删除 1 行 2 lines added, 1 removed"};
  return s;
}

pdfgen::Confirmation sample_confirmation() {
  pdfgen::Confirmation c;
  c.id = "01935a3c-9001-7c41-9d0e-3a5b8c2f4e63";
  c.case_id = photo_sheet().case_id;
  c.case_title = photo_sheet().case_title;
  c.seller = {"上海衡拓自动化设备有限公司", "91310115MA1H8X0X0X", "陈思远", "+86 21 5555 0101"};
  c.customer = {"苏州澄湖新能源科技股份有限公司", "91320500MA1N0X0X0X", "王工", "wang@chenghu.example"};
  c.shown = {{"伺服压装机方案", 2, "V2.1", photo_sheet().commitment_sha256, 48214}};
  c.held_at = "2026-06-30 09:00 – 11:30 (+08:00)";
  c.place = "苏州工业园区星湖街 1 号 3 号厂房";
  c.verify_url = "https://quotes.hengtuo.example/";
  c.created.unix_ms = 1'782'790'000'000;
  return c;
}

}  // namespace quotary::testing
