#!/usr/bin/env python3
"""audited.py [SECONDS]: what it costs issuing to be audited all the time. Two served organisations, one with two witnesses asked every
second, a subject index whose root is appended every second and a time-stamp a minute, one with none of these; issues by 1 and by 16
clients, alternately, SECONDS each round. Nothing is asserted: it prints figures."""
import os, statistics, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from server import STILL, Server
from served import MANY_CLIENTS, PROGRAM, issues
from time_stamp_test import Authority
from witness_test import Witness, run

ROUNDS = 5


def audited_server(stack):
    server = Server(PROGRAM)
    stack.append(server.__exit__)
    vkey = run("keys", "show", "--data", server.data, "--vkey")[1].strip()
    policy = os.path.join(server.home, "policy")
    with open(policy, "w") as file:
        file.write(f"log {vkey}\n")
        for name in ("w1", "w2"):
            witness = Witness(server.home, name, vkey)
            witness.start()
            stack.append(witness.stop)
            file.write(f"witness {name} {witness.vkey} {witness.url}\n")
        file.write("group both all w1 w2\nquorum both\n")
    authority = Authority(server.home)
    authority.start()
    stack.append(authority.stop)
    server.options = ["--metrics-port", "0", "--witness-policy", policy, "--tsa-url", authority.url, "--tsa-roots",
                      authority.certificate, "--tsa-interval-s", "60"]
    server.start()
    return server


def main(seconds):
    stack = []
    try:
        bare = Server(PROGRAM, STILL)
        stack.append(bare.__exit__)
        bare.start()
        audited = audited_server(stack)
        for clients in (1, MANY_CLIENTS):
            rates = {bare: [], audited: []}
            for round in range(ROUNDS):
                for server in (bare, audited):
                    took, spent, _ = issues(server, clients, seconds, f"{clients}-{round}")
                    rates[server].append(len(took) / spent)
            without, with_all = statistics.median(rates[bare]), statistics.median(rates[audited])
            print(f"issue over HTTP, {clients:2} clients: audited {with_all:7.1f}/s, without {without:7.1f}/s, ratio {with_all / without:.2f}",
                  flush=True)
        state = audited.json("GET", "/v1/log/witnesses")[2]
        print("signed", state["signed"]["size"], "witnessed", state.get("witnessed", {}).get("size"))
    finally:
        for end in reversed(stack):
            end()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
