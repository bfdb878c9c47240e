"""Prints the CPU milliseconds that ReportLab takes for bare lines of text, and how it set them.

Arguments: the number of lines and, if there is one, a TrueType face with Chinese glyphs to embed. Without it a CID font
that is not embedded sets the text, which is less work than an archivable document asks for.
"""
import io
import sys
import time

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

LINES = int(sys.argv[1])
if len(sys.argv) > 2:
    pdfmetrics.registerFont(TTFont("face", sys.argv[2]))
    FACE, HOW = "face", "embedded"
else:
    HOW = "not-embedded"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    FACE = "STSong-Light"


def page():
    out = io.BytesIO()
    pdf = canvas.Canvas(out, pagesize=A4)
    y = 0
    for i in range(LINES):
        if y < 60:
            if i:
                pdf.showPage()
            pdf.setFont(FACE, 8)
            y = 780
        for x, text in ((42, str(i + 1)), (70, "HT-%05d" % i), (140, "标准紧固件 Fastener 第 %d 批" % i),
                        (330, "1"), (370, "盒"), (400, "10.01"), (460, "13%"), (500, "10.01")):
            pdf.drawString(x, y, text)
        pdf.line(42, y - 4, 553, y - 4)
        y -= 20
    pdf.save()
    return out.getvalue()


page()
times = []
for _ in range(5):
    start = time.process_time()
    page()
    times.append((time.process_time() - start) * 1000)
print("%.3f %s" % (sorted(times)[2], HOW))
