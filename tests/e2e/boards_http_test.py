#!/usr/bin/env python3
"""Leads and the process health index through a running server: what is counted for whom, who sees whom, and that the
figures belong to the tree that they name, also after a restart and after the state is made anew from the entries."""
import os, subprocess, sys, time, unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import STILL, Server

PROGRAM = os.environ.get("QUOTARY_PROGRAM", "build/release/quotary")
HOUR = 3600


def ago(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


class Boards(unittest.TestCase):
    def setUp(self):
        self.s = Server(PROGRAM, STILL)
        self.s.start()
        self.addCleanup(self.s.__exit__)
        self.ids = {who: self.board(who)["unit"]["person"]["id"] for who in ("rep", "rep2")}

    def board(self, who, query=""):
        status, _, body = self.s.json("GET", "/v1/boards/phi" + query, who)
        self.assertEqual(status, 200, body)
        return body

    def choice(self, chosen, **more):
        candidates = [{"person": self.ids["rep"], "score": 7}, {"person": self.ids["rep2"], "score": 3}]
        return {"rule": {"name": "by-load", "version": 3}, "candidates": candidates, "chosen": self.ids[chosen], "reason": "rule"} | more

    def lead(self, received, chosen="rep", who="crm", key=None, **more):
        return self.s.json("POST", "/v1/leads", who, self.choice(chosen, received_at=received, **more), {"Idempotency-Key": key} if key else {})

    # In the current month, unless it has just begun.
    def received(self):
        return ago(HOUR // 60)

    def test_leads_and_the_figures_that_come_of_them(self):
        received = self.received()
        status, _, first = self.lead(received, name="陈立", key="one")
        self.assertEqual((status, first["follows"]), (201, True), first)
        self.assertEqual(self.lead(received, name="陈立", key="one")[1]["idempotent-replayed"], "true")
        self.assertEqual(self.lead(received, chosen="rep2")[2]["errors"][0]["code"], "choice_does_not_follow")
        status, _, second = self.lead(received, chosen="rep2", reason="override")
        self.assertEqual((status, second["follows"]), (201, False))
        month = first["month"]

        def counts(who):
            of = self.board(who, "?month=" + month)["counts"]
            return of["leads"], of["answered_in_time"]
        self.assertEqual((counts("rep"), counts("rep2")), ((1, 0), (1, 0)))

        # Each sees the own; a lead that is another's is not there.
        path = "/v1/leads/" + second["id"]
        for who in ("rep", "manager"):
            self.assertEqual(self.s.json("GET", path, who)[2]["code"], "lead_not_found")
        self.assertEqual(self.s.json("POST", path + "/first-touch", "finance", {"channel": "phone"})[2]["code"], "role_not_allowed")
        moved = self.choice("rep", note="客户换了负责人")
        self.assertEqual(self.s.call("POST", path + "/assignments", "region_director", moved)[0], 201)
        self.assertEqual((counts("rep"), counts("rep2")), ((2, 0), (0, 0)))
        self.assertEqual(self.s.call("POST", path + "/first-touch", "rep", {"channel": "wechat"})[0], 201)
        self.assertEqual(self.s.json("POST", path + "/first-touch", "rep", {"channel": "wechat"})[2]["code"], "already_touched")
        self.assertEqual(counts("rep"), (2, 1))
        read = self.s.json("GET", path, "auditor")[2]
        self.assertEqual([each["follows"] for each in read["assignments"]], [False, True])
        self.assertEqual((read["promptness"], read["first_touch"]["by"]["id"]), ("green", self.ids["rep"]))
        self.assertEqual(self.s.json("GET", "/v1/leads/" + first["id"], "rep")[2]["name"], "陈立")

        # Without cases there is nothing that the other two rates could be of.
        board = self.board("rep", "?month=" + month)
        self.assertEqual((board["response_rate"], board["action_completion"], board["phi"]), ("0.5000", None, None))
        self.assertEqual(board["average"], {"of": "team", "people": 0, "phi": None})
        self.assertNotIn("people", board)
        self.assertEqual(self.s.json("GET", "/v1/boards/phi?person=" + self.ids["rep2"], "rep")[2]["code"], "person_not_found")
        self.assertEqual(self.s.json("GET", "/v1/boards/phi", "admin")[2]["code"], "role_not_allowed")

    def test_figures_belong_to_their_tree(self):
        month = self.lead(self.received())[2]["month"]
        late = self.lead(ago(30 * HOUR), chosen="rep2", reason="override")[2]
        overview = self.s.json("GET", "/v1/boards/overview", "finance")[2]
        self.assertEqual(overview["leads"]["waiting"], 2)
        self.assertEqual((overview["leads"]["longest"][0]["lead"], overview["leads"]["longest"][0]["promptness"]), (late["id"], "red"))
        self.assertEqual((len(overview["trend"]), overview["stages"][0]), (7, {"stage": "pending", "cases": 0}))

        def shown():
            board = self.board("finance", "?month=" + month)
            board["as_of"].pop("time")
            return board
        before = shown()
        checkpoint = self.s.call("GET", "/log/checkpoint")[2].splitlines()
        self.assertEqual(before["as_of"]["tree_size"], int(checkpoint[1]))
        self.assertEqual(shown(), before)
        # Nothing of it is lost or kept beside the entries.
        self.s.stop()
        done = subprocess.run([PROGRAM, "rebuild-index", "--data", self.s.data], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        verified = subprocess.run([PROGRAM, "verify", "--data", self.s.data], capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.s.start()
        again = shown()
        grown = again.pop("as_of")["tree_size"] - before.pop("as_of")["tree_size"]
        self.assertEqual(again, before)
        self.assertGreaterEqual(grown, 0)  # a start writes an entry of its own


if __name__ == "__main__":
    unittest.main(verbosity=2)
