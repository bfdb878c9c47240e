"""Readers that are not ours: run them, and fail plainly when one is missing. tools/setup.sh installs them."""
import os, shutil, subprocess, tempfile

TOOL_SECONDS_MAX = 120
SCAN_DOTS_PER_INCH = "150"


def run(tool, *arguments, check=True, stdin=None):
    """-> CompletedProcess with bytes; raises with the tool's own words unless check is False."""
    if not shutil.which(tool):
        raise RuntimeError(f"{tool} is not installed: run ./tools/setup.sh")
    done = subprocess.run([tool, *map(str, arguments)], input=stdin, capture_output=True, timeout=TOOL_SECONDS_MAX)
    if check and done.returncode != 0:
        raise AssertionError(f"{tool} {' '.join(map(str, arguments))}: exit {done.returncode}\n{(done.stdout + done.stderr).decode(errors='replace')}")
    return done


def text_of(pdf_path):
    return run("pdftotext", "-layout", pdf_path, "-").stdout.decode()


def scan(pdf_path, page="1"):
    """The QR codes of one page, as a phone would read them from the picture."""
    with tempfile.TemporaryDirectory(prefix="quotary-scan-") as folder:
        picture = os.path.join(folder, "page")
        run("pdftoppm", "-r", SCAN_DOTS_PER_INCH, "-f", page, "-l", page, "-singlefile", "-png", pdf_path, picture)
        return run("zbarimg", "--quiet", "--raw", picture + ".png").stdout.decode().splitlines()
