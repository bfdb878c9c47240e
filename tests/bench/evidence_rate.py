#!/usr/bin/env python3
"""How many files of 1 MB a second become evidence through the real program, beside how many the disk takes as plain files that
are synced, turn by turn: evidence_rate.py [FILES] [CLIENTS]. With --large, a file of 2 GiB and the server's memory instead."""
import os, random, sys, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import evidence_client as client
from case_evidence_test import peak_kb, send_large
from server import STILL, Server

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
FILE_BYTES = 1_000_000
CASE_ITEMS_MAX = 100


def plain(folder, count, content):
    began = time.time()
    for number in range(count):
        with open(os.path.join(folder, f"plain-{number}"), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        directory = os.open(folder, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
    return count / (time.time() - began)


def evidence(server, cases, count, clients):
    def work(number):
        for turn in range(count // clients):
            content = random.randbytes(FILE_BYTES)
            status, _, added = client.add(server, cases[number], client.upload(server, cases[number], content))
            assert status == 201, added
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count // clients * clients / (time.time() - began)


def main():
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    count, clients = (numbers + [24, 1][len(numbers):])[:2]
    server = Server(PROGRAM, STILL)
    try:
        cases = [client.open_case(server) for _ in range(clients)]
        server.start()
        client.add(server, cases[0], client.upload(server, cases[0], b"warm"))
        if "--large" in sys.argv:
            before, began = peak_kb(server), time.time()
            send_large(server, cases[0], 2 << 30)
            print(f"2 GiB up, looked at and down again in {time.time() - began:.0f} s; peak memory grew by {peak_kb(server) - before} KB")
            return
        for turn in range(3):
            print(f"plain synced files {plain(server.home, count, random.randbytes(FILE_BYTES)):.1f}/s, "
                  f"evidence {evidence(server, cases, min(count, 30 * clients), clients):.1f}/s with {clients} client(s)")
    finally:
        server.__exit__()


if __name__ == "__main__":
    main()
