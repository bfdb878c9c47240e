"""ReportLab's side of quotary_bench_pdf: the CPU milliseconds that it takes for the bare page.

Arguments: a JSON file with a list of {"head": [text], "rows": [[cell]], "closing": [[label, figure]], "terms": [text]} and, if there is one,
a TrueType face with Chinese glyphs to embed as a subset. Without it a CID font that is not embedded sets the text, which is
less work than an archivable document asks for. Sets the first page as a warm-up and prints the median of the others, and how
the text was set.
No wrapping, carried totals, QR, attachment, PDF/A, signature fields or seal: all of that is on our side alone.
"""
import io
import json
import sys
import time

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

with open(sys.argv[1], encoding="utf-8") as file:
    PAGES = json.load(file)
if len(sys.argv) > 2:
    pdfmetrics.registerFont(TTFont("face", sys.argv[2]))
    FACE, HOW = "face", "embedded"
else:
    HOW = "not-embedded"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    FACE = "STSong-Light"
# Left edge, or right edge of figures, of the table's columns.
COLUMNS = ((58, 1), (70, 0), (140, 0), (360, 1), (372, 0), (446, 1), (474, 1), (500, 1), (553, 1))


def page(texts):
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=A4)
    y = 800

    def new_line(step, rule=False):
        nonlocal y
        y -= step
        if y < 92:
            pdf.showPage()
            y = 780
            pdf.setFont(FACE, 8)
        if rule:
            pdf.line(42, y - 5, 553, y - 5)

    pdf.setFont(FACE, 8)
    for text in texts["head"]:
        new_line(13)
        pdf.drawString(42, y, text)
    for row in texts["rows"]:
        new_line(24, rule=True)
        for (x, right), text in zip(COLUMNS, row):
            if text:
                (pdf.drawRightString if right else pdf.drawString)(x, y, text)
        if len(row) > len(COLUMNS) and row[-1]:
            pdf.drawString(140, y - 10, row[-1])
    for label, figure in texts["closing"]:
        new_line(14)
        pdf.drawString(300, y, label)
        pdf.drawRightString(553, y, figure)
    for text in texts["terms"]:
        new_line(13)
        pdf.drawString(42, y, text)
    for x in (42, 172, 302, 432):
        pdf.rect(x, 100, 120, 54)
    pdf.save()
    return out.getvalue()


page(PAGES[0])
times = []
for one in PAGES[1:]:
    start = time.process_time()
    page(one)
    times.append((time.process_time() - start) * 1000)
print("%.3f %s" % (sorted(times)[len(times) // 2], HOW))
