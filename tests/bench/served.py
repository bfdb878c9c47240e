#!/usr/bin/env python3
"""served.py [SECONDS]: what a served organisation costs over HTTP. How long a start takes and what it holds when idle; issues by 1
and by 16 clients in processes of their own, with the server's CPU time for each; a quote of 10,000 lines, with its time and the most
memory that the server ever held. Nothing is asserted: it prints figures."""
import http.client, json, multiprocessing, os, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from server import Server, quote

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
MANY_CLIENTS = 16
IDLE_SECONDS = 2
TICKS = os.sysconf("SC_CLK_TCK")


def memory_mb(pid, name):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(name + ":"))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def client(port, token, name, seconds, times):
    """Issues one quote after the other on one connection; -> the milliseconds that each took"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps(quote(), ensure_ascii=False).encode()
    mine, until = [], time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        connection.request("POST", "/v1/quotes", body, {"Authorization": "Bearer " + token, "Content-Type": "application/json",
                                                        "Idempotency-Key": f"{name}-{len(mine)}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"{answer.status}")
        mine.append((time.monotonic() - began) * 1000)
    times.put(mine)


def issues(server, clients, seconds, name):
    """-> the milliseconds that each issue took, in order; the seconds that all took, and the server's CPU seconds. `name` is used once"""
    times, before = multiprocessing.Queue(), cpu_seconds(server.process.pid)
    token = server.people["rep"]["token"]
    began = time.monotonic()
    workers = [multiprocessing.Process(target=client, args=(server.port, token, f"{name}-{i}", seconds, times)) for i in range(clients)]
    for worker in workers:
        worker.start()
    took = sorted(each for _ in workers for each in times.get())
    for worker in workers:
        worker.join()
    return took, time.monotonic() - began, cpu_seconds(server.process.pid) - before


def issue_by(server, clients, seconds):
    took, spent, used = issues(server, clients, seconds, str(clients))
    print(f"issue over HTTP, {clients:2} clients: {len(took) / spent:7.1f}/s, p50 {took[len(took) // 2]:.2f} ms, "
          f"p99 {took[len(took) * 99 // 100]:.2f} ms, server CPU {used / len(took) * 1000:.2f} ms each")


def main(seconds):
    server = Server(PROGRAM)
    began = time.monotonic()
    with server:
        print(f"start of an empty organisation: {time.monotonic() - began:.2f} s until /healthz answers")
        time.sleep(IDLE_SECONDS)
        print(f"idle: {memory_mb(server.process.pid, 'VmRSS'):.0f} MB")
        for clients in (1, MANY_CLIENTS):
            issue_by(server, clients, seconds)
        print(f"after that: {memory_mb(server.process.pid, 'VmRSS'):.0f} MB, at most {memory_mb(server.process.pid, 'VmHWM'):.0f} MB")
        server.stop()
        server.start()
        long_one = quote()
        long_one["lines"] *= 10_000
        began = time.monotonic()
        status, _, made = server.issue(long_one, "long")
        print(f"10,000 lines: status {status}, {time.monotonic() - began:.2f} s, PDF of {made['document']['size'] / 1e6:.1f} MB, "
              f"at most {memory_mb(server.process.pid, 'VmHWM'):.0f} MB")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
