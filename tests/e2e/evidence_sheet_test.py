#!/usr/bin/env python3
"""The sheet of a photo and the cover of a deck through the real program, read by programs that are not ours."""
import io, os, struct, subprocess, sys, tempfile, unittest, zipfile, zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import evidence_client as client
from openapi import Document
from server import STILL, Server

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def png(width, height):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(width)) for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + \
        chunk(b"tEXt", b"Comment\0secret of the file") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def deck(slides):
    """A presentation of slides, each with one line."""
    links = lambda inner: f'<Relationships>{inner}</Relationships>'
    link = lambda number, kind, target: f'<Relationship Id="r{number}" Type="{TYPES}{kind}" Target="{target}"/>'
    numbered = list(enumerate(slides, 1))
    files = {"[Content_Types].xml": '<Types><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-'
                                    'officedocument.presentationml.presentation.main+xml"/></Types>',
             "_rels/.rels": links(link(1, "officeDocument", "ppt/presentation.xml")),
             "ppt/presentation.xml": '<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst>' +
                                     "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n, _ in numbered) + "</p:sldIdLst></p:presentation>",
             "ppt/_rels/presentation.xml.rels": links("".join(link(n, "slide", f"slides/slide{n}.xml") for n, _ in numbered))}
    files |= {f"ppt/slides/slide{n}.xml": f'<p:sld xmlns:a="a" xmlns:p="p"><a:p><a:r><a:t>{line}</a:t></a:r></a:p></p:sld>' for n, line in numbered}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


class Sheets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s = Server(PROGRAM, STILL)
        cls.case = client.open_case(cls.s)
        cls.s.start()
        cls.s.document = Document(cls.s.json("GET", "/openapi.json")[2])
        cls.addClassCleanup(cls.s.__exit__)

    @classmethod
    def tearDownClass(cls):
        if cls.s.faults:
            raise AssertionError("answers differ from the OpenAPI document:\n" + "\n".join(sorted(set(cls.s.faults))))

    def sheet(self, item, version=1, who="rep"):
        return self.s.call("GET", f"/v1/evidence/{item}/versions/{version}/sheet", who)

    def read(self, item, version=1):
        """-> text, images and bytes of a sheet"""
        status, headers, pdf = self.sheet(item, version)
        self.assertEqual((status, headers["content-type"]), (200, "application/pdf"), pdf)
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            run = lambda *command: subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
            run("qpdf", "--check", file.name)
            self.assertIn("Signature is Valid", run("pdfsig", file.name))
            return run("pdftotext", "-layout", file.name, "-"), run("pdfimages", "-list", file.name), pdf

    def test_a_photo(self):
        photo = png(300, 200)
        item = client.add(self.s, self.case, client.upload(self.s, self.case, photo, "现场.png", "image/png"), "photo")[2]["item"]
        text, images, pdf = self.read(item)
        for part in ("照片证据页", "现场.png", "未记载 not recorded", "文件未载拍摄时间与地点", "neither is proof"):
            self.assertIn(part, text)
        self.assertRegex(images, r"300 +200 +rgb")
        self.assertNotIn(b"secret of the file", pdf)

    def test_a_deck_and_its_next_version(self):
        item = client.add(self.s, self.case, client.upload(self.s, self.case, deck(["封面", "报价 100"]), "v1.pptx"), "deck")[2]["item"]
        second = client.upload(self.s, self.case, deck(["封面", "报价 90", "维保"]), "v2.pptx")
        status, _, answer = self.s.json("POST", f"/v1/evidence/{item}/versions", "rep", {"upload": second, "title": "方案", "change_note": "降价"})
        self.assertEqual(status, 201, answer)
        text, _, _ = self.read(item, 2)
        for part in ("演示文稿封面页", "降价", "第 3 张 Slide 3", "与第 1 版的差异", "+ 报价 90", "− 报价 100", "新增 Added: 3"):
            self.assertIn(part, text)

    def test_who_may_not(self):
        item = client.add(self.s, self.case, client.upload(self.s, self.case, b"eins"))[2]["item"]
        self.assertEqual(self.sheet(item, who="rep2")[0], 404)
        self.assertEqual(self.sheet(item, who=None)[0], 401)
        self.assertEqual(self.sheet(item, 2)[0], 404)
        self.assertEqual(self.sheet(item, who="auditor")[0], 200)


if __name__ == "__main__":
    unittest.main()
