#!/usr/bin/env python3
"""tiles.py: a full hash tile from a served log beside the same bytes as a static file from nginx with one worker, alternately,
16 connections that stay open. Nothing is asserted: it prints figures. Needs ab and nginx (apt-get install apache2-utils nginx-light)."""
import os, re, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from server import STILL, Server, free_port, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
CONNECTIONS, CALLS, ROUNDS, FULL = 16, 100_000, 3, 256
CONFIGURATION = """
daemon off; worker_processes 1; pid {home}/pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_body_temp_path {home}/b; proxy_temp_path {home}/p;
  fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s; open_file_cache max=10;
  server {{ listen 127.0.0.1:{port}; root {home}/files; }} }}
"""


def rate(address):
    """-> requests a second; every one must be answered with 200"""
    said = subprocess.run(["ab", "-k", "-q", "-c", str(CONNECTIONS), "-n", str(CALLS), address],
                          capture_output=True, text=True, check=True).stdout
    if re.search(r"Failed requests:\s+[1-9]|Non-2xx", said):
        raise RuntimeError(said)
    return float(re.search(r"Requests per second:\s+([\d.]+)", said)[1])


def main():
    for needed in ("ab", "nginx"):
        if not shutil.which(needed):
            sys.exit(f"{needed} is not here: apt-get install apache2-utils nginx-light")
    with Server(PROGRAM, STILL) as server, tempfile.TemporaryDirectory() as home:
        for i in range(FULL):
            server.issue(quote(), str(i))
        status, _, tile = server.call("GET", "/log/tile/0/000")
        assert (status, len(tile)) == (200, FULL * 32), status
        os.chmod(home, 0o755)
        os.mkdir(home + "/files")
        with open(home + "/files/000", "wb") as file:
            file.write(tile)
        port = free_port()
        with open(home + "/conf", "w") as file:
            file.write(CONFIGURATION.format(home=home, port=port))
        nginx = subprocess.Popen(["nginx", "-c", home + "/conf"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(1)
            sides = {"tile": f"http://127.0.0.1:{server.port}/log/tile/0/000", "file": f"http://127.0.0.1:{port}/000"}
            rates = {side: [] for side in sides}
            for _ in range(ROUNDS):
                for side, address in sides.items():
                    rates[side].append(rate(address))
        finally:
            nginx.terminate()
            nginx.wait()
        tile_rate, file_rate = (statistics.median(rates[side]) for side in ("tile", "file"))
        print(f"a hash tile of {len(tile)} bytes, {CONNECTIONS} connections: served log {tile_rate:.0f}/s, nginx's static file {file_rate:.0f}/s, "
              f"ratio {tile_rate / file_rate:.2f}")


if __name__ == "__main__":
    main()
