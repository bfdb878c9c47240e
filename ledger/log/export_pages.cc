#include "ledger/log/export_pages.h"

#include "ledger/base/html.h"

namespace quotary {

namespace {

// Puts each value in the place of its name in braces.
std::string filled(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    out += text.substr(0, open);
    if (open == text.npos) break;
    const std::size_t close = text.find("}}", open);
    QUOTARY_CHECK(close != text.npos);
    const std::string_view name = text.substr(open + 2, close - open - 2);
    bool found = false;
    for (const auto& [key, value] : values) {
      if (key != name) continue;
      out += value;
      found = true;
    }
    QUOTARY_CHECK(found);
    text.remove_prefix(close + 2);
  }
  return out;
}

struct Words {
  std::string chinese, english;
};

Words payload_words(const ExportManifest& manifest) {
  const std::string held = std::to_string(manifest.payloads_held), chosen = std::to_string(manifest.withheld_by_choice),
                    erased = std::to_string(manifest.withheld_erased);
  switch (manifest.payloads) {
    case ExportPayloads::none:
      return {"未附带任何内容；" + chosen + " 项由导出人选择不提供。", "None; " + chosen + " withheld by choice."};
    case ExportPayloads::facts:
      return {"附带 " + held + " 项事实数据；" + chosen + " 项保密内容（文件、名称、理由）由导出人选择不提供。",
              held + " facts; " + chosen + " private ones (documents, names, reasons) withheld by choice."};
    case ExportPayloads::all: break;
  }
  Words words{
      "附带全部 " + held + " 项内容，其中保密内容已解密；" + erased + " 项因密钥已依法销毁而不存在。",
      "All " + held + ", private ones decrypted; " + erased + " do not exist any more: their keys were destroyed."};
  if (!manifest.contents) return words;
  const std::string contents = std::to_string(manifest.contents_held);
  words.chinese += "contents/ 下另附 " + contents + " 项证据内容，以其记录的序号为文件名。";
  words.english += " And " + contents + " contents of evidence under contents/, each named by the index of its entry.";
  return words;
}

constexpr std::string_view page_text = R"page(<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>账本导出 Ledger export: {{origin}}</title>
<style>
body{font-family:system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;line-height:1.6;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 2rem}
@media(max-width:44rem){.two{grid-template-columns:1fr}}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem .3rem 0;text-align:left;vertical-align:top}th{font-weight:600;width:16rem}
code,pre{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere}pre{background:#f4f4f4;padding:.6rem;white-space:pre-wrap}
</style>
</head>
<body>
<h1>账本导出 <span lang="en">Ledger export</span></h1>
<div class="two">
<p>这个文件夹是一份账本的完整导出：每一条记录、哈希树、签名的检查点和核对用的公钥。核对它不需要 Quotary 的服务器，也不需要网络。</p>
<p lang="en">This folder is a whole ledger as it was exported: each entry, the tree of hashes, the signed checkpoint and the public key. Checking it needs neither Quotary's server nor a network.</p>
</div>
<table>
<tr><th>账本 <span lang="en">ledger</span></th><td><code>{{origin}}</code></td></tr>
<tr><th>记录数 <span lang="en">entries</span></th><td>{{size}}</td></tr>
<tr><th>根哈希 <span lang="en">root</span></th><td><code>{{root}}</code></td></tr>
<tr><th>导出时间 <span lang="en">exported at</span></th><td>{{time}}</td></tr>
<tr><th>内容 <span lang="en">payloads</span></th><td>{{payloads_chinese}}<br><span lang="en">{{payloads_english}}</span></td></tr>
<tr><th>公钥 <span lang="en">verification key</span></th><td><code>{{vkey}}</code></td></tr>
</table>
<h2>如何核对 <span lang="en">How to check it</span></h2>
<div class="two">
<p>第一步：文件是否完好。</p><p lang="en">First: are the files whole?</p>
</div>
<pre>sha256sum --quiet -c SHA256SUMS</pre>
<div class="two">
<p>第二步：账本是否成立。公钥必须来自账本持有人不能悄悄更换的地方（合同、审计师、官网），不要取自本文件夹。</p>
<p lang="en">Second: does the ledger hold? Take the key from a place that its keeper cannot quietly change (a contract, an auditor, the issuer's site), not from this folder.</p>
</div>
<pre>quotary-verify export . --vkey VKEY</pre>
<div class="two">
<p>没有 Quotary 的程序也可以核对：格式都是公开标准（RFC 6962、C2SP tlog-tiles、signed-note、ustar），README.txt 写明了每个字节和所需的命令。</p>
<p lang="en">It can be checked without Quotary's programs as well: all formats are public standards (RFC 6962, C2SP tlog-tiles and signed-note, ustar), and README.txt tells each byte and the commands.</p>
</div>
<h2>文件 <span lang="en">Files</span></h2>
<table>
<tr><th><a href="checkpoint">checkpoint</a></th><td>签名的检查点，有见证人的含其联署 <span lang="en">the signed checkpoint, with the lines of its witnesses where there are any</span></td></tr>
<tr><th>tile/entries/</th><td>记录，每个文件 256 条 <span lang="en">entries, 256 a file</span></td></tr>
<tr><th>tile/0/, tile/1/ …</th><td>哈希树 <span lang="en">the tree of hashes</span></td></tr>
<tr><th>payloads/</th><td>内容，tar 文件，每个对应 256 条记录 <span lang="en">payloads, a tar file for each 256 entries</span></td></tr>
<tr><th>keys/</th><td>公钥与证书 <span lang="en">verification key and certificates</span></td></tr>
<tr><th><a href="manifest.json">manifest.json</a></th><td>导出说明 <span lang="en">what was exported</span></td></tr>
<tr><th><a href="SHA256SUMS">SHA256SUMS</a></th><td>每个文件的哈希 <span lang="en">the hash of each file</span></td></tr>
<tr><th><a href="README.txt">README.txt</a></th><td>格式与核对方法 <span lang="en">formats, and how to check them</span></td></tr>
</table>
<div class="two">
<p>本页和 README.txt 只是说明，不受账本签名保护；以核对结果为准。</p>
<p lang="en">This page and README.txt explain only and are not covered by the ledger's signature; what counts is the check.</p>
</div>
</body>
</html>
)page";

constexpr std::string_view readme_text = R"text(账本导出 / LEDGER EXPORT
origin       {{origin}}
entries      {{size}}
root         {{root}}
exported at  {{time}}
payloads     {{payloads}}: {{payloads_held}} held, {{by_choice}} withheld by choice, {{erased}} erased{{contents}}
key          {{vkey}}

核对 / HOW TO CHECK

1. 文件是否完好 / Are the files whole?

     sha256sum --quiet -c SHA256SUMS

2. 账本是否成立 / Does the ledger hold?

     quotary-verify export . --vkey VKEY

   公钥 VKEY 须取自账本持有人不能悄悄更换的地方，而不是本文件夹。
   Take VKEY from a place that the ledger's keeper cannot quietly change, not from this folder: whoever can
   change the folder can sign anew with another key.

3. 不用 Quotary 的程序 / Without Quotary's programs: the signature on the checkpoint, with OpenSSL 3:

     head -n 3 checkpoint > /tmp/signed.text
     sed -n '5s/.* //p' checkpoint | base64 -d | tail -c 64 > /tmp/signed.signature
     { printf '\060\052\060\005\006\003\053\145\160\003\041\000'
       printf '%s' 'VKEY' | cut -d+ -f3- | base64 -d | tail -c 32; } > /tmp/log.key.der
     openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey /tmp/log.key.der \
       -in /tmp/signed.text -sigfile /tmp/signed.signature

   The payloads of the first 256 entries by name, and the hash of one, which its entry must hold:

     tar -tf payloads/000.tar
     tar -xOf payloads/000.tar NAME | sha256sum

   Any reader of C2SP tlog-tiles takes this folder for a log's web site: Go's golang.org/x/mod/sumdb/tlog, for one.

格式 / FORMATS

All numbers are unsigned and big endian. || joins bytes.

checkpoint      C2SP signed note: three lines (origin, size in decimal, root in base64), a blank line, then signature
                lines "- name base64(id[4] || signature)", where the dash is U+2014. An Ed25519 signature of 64 bytes is
                over the three lines with their line feeds. A witness's line has 8 bytes of POSIX seconds before its
                signature, which is over "cosignature/v1", LF, "time <seconds>", LF and the three lines.
witnessed       when it is there: an earlier checkpoint, with the lines of the witnesses that cosigned it.
keys/log.vkey   <name>+<id in hexadecimal>+<base64(type || public key)>, type 01 for Ed25519.
keys/log.succession  when it is there: how the log came to that key from earlier ones. An entry log.key_rotated or
                log.key_revoked holds a note that the old and the new key signed; the file has that entry's proof under
                the old key's last checkpoint. With it an older VKEY will do, unless it was revoked.
tile/entries/N  256 entries: each 2 bytes of length, then canonical JSON (RFC 8785). N is in groups of three digits, all
                but the last after an x: 1234067 is x001/x234/067. The last bundle, with W < 256 entries, is N.p/W.
tile/L/N        256 hashes of 32 bytes, likewise. Hash i of tile N at level L is that of the subtree over the leaves
                from (256 N + i) 256^L on, 256^L of them.
tree            RFC 6962: leaf = SHA-256(00 || entry), node = SHA-256(01 || left || right), where left has as many
                leaves as the largest power of two below their number.
entry           "index" is its place from 0, "prev" the leaf hash of the entry before it (zeros for the first),
                "subject_seq" and "subject_prev" lead back through the entries about one subject, "objects" names each
                payload by name, size and SHA-256 of its plain bytes. An object with "key" is private.
payloads/N.tar  the payloads of the entries of bundle N as POSIX ustar, in the order of entries and objects:
                <index>/<name>. With payloads "facts" those without "key", with "all" the others too, decrypted;
                one that ends in .erased stands for an object whose key was destroyed. With "none" there are no packs.
                A payload that is withheld takes nothing from the check of the rest: the entry holds its hash.
manifest.json   what was exported; SHA256SUMS: the hash of each file but itself.

index.html, README.txt, keys/ and manifest.json are not covered by the ledger's signature.
)text";

}  // namespace

std::string export_index_page(const ExportManifest& manifest, const std::string& vkey) {
  const Words payloads = payload_words(manifest);
  return filled(page_text, {{"origin", escape_html(manifest.origin)},
                            {"size", std::to_string(manifest.tree_size)},
                            {"root", manifest.root.hex()},
                            {"time", manifest.exported_at},
                            {"payloads_chinese", payloads.chinese},
                            {"payloads_english", payloads.english},
                            {"vkey", escape_html(vkey)}});
}

std::string export_readme(const ExportManifest& manifest, const std::string& vkey) {
  return filled(readme_text,
                {{"origin", manifest.origin},
                 {"size", std::to_string(manifest.tree_size)},
                 {"root", manifest.root.hex()},
                 {"time", manifest.exported_at},
                 {"payloads", std::string(payloads_text(manifest.payloads))},
                 {"payloads_held", std::to_string(manifest.payloads_held)},
                 {"by_choice", std::to_string(manifest.withheld_by_choice)},
                 {"erased", std::to_string(manifest.withheld_erased)},
                 {"contents", manifest.contents ? "\ncontents     " + std::to_string(manifest.contents_held) +
                                                      " of evidence held, contents/<index of the entry>"
                                                : std::string()},
                 {"vkey", vkey}});
}

}  // namespace quotary
