#!/usr/bin/env python3
"""token_issues.py [SECONDS]: the rate of issuing with the seal's key in a token (SoftHSM) beside one in a file. Two served organisations;
issues by 1 and by 16 clients, alternately, SECONDS each round. Nothing is asserted: it prints figures."""
import os, statistics, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../e2e"))
from server import STILL, Server
from served import MANY_CLIENTS, PROGRAM, issues
from token_test import MODULE, Tokens

ROUNDS = 5


def main(seconds):
    Tokens.setUpClass()
    with Server(PROGRAM, STILL) as in_file, Server(PROGRAM, STILL + (
            "--seal-token-module", MODULE, "--seal-token", "Keys", "--seal-token-key", "seal", "--seal-token-pin-file", Tokens.path("pin"),
            "--seal-token-certificate", Tokens.authority.path("seal.pem"))) as in_token:
        for clients in (1, MANY_CLIENTS):
            rates = {in_file: [], in_token: []}
            for round in range(ROUNDS):
                for server in (in_file, in_token):
                    took, spent, _ = issues(server, clients, seconds, f"{clients}-{round}")
                    rates[server].append(len(took) / spent)
            file, token = statistics.median(rates[in_file]), statistics.median(rates[in_token])
            print(f"issue over HTTP, {clients:2} clients: token {token:7.1f}/s, file {file:7.1f}/s, ratio {token / file:.2f}", flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
