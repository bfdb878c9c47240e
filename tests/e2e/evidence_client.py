"""Evidence over HTTP: uploads by tus, and what becomes of them. Python's library only."""
import base64, os, socket, subprocess

TUS = {"Tus-Resumable": "1.0.0"}
PART = "application/offset+octet-stream"
HELPER = os.environ.get("QUOTARY_EVIDENCE_HELPER", "build/release/tests/quotary_evidence_helper")


def open_case(server, who="rep"):
    """Of a server that does not run -> the case's id"""
    token = server.people[who]["token"]
    return subprocess.run([HELPER, "case", server.data, token], check=True, capture_output=True, text=True).stdout.strip()


def sweep(server, days):
    """As if so many days had passed, of a server that does not run."""
    subprocess.run([HELPER, "sweep", server.data, str(days)], check=True)


def begin(server, case, size, name="file.bin", kind="", who="rep", **more):
    pairs = {"filename": name, "filetype": kind} | more
    told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items() if value)
    return server.call("POST", f"/v1/cases/{case}/uploads", who, None, TUS | {"Upload-Length": str(size), "Upload-Metadata": told})


def patch(server, path, offset, content, who="rep", **headers):
    return server.call("PATCH", path, who, None, TUS | {"Upload-Offset": str(offset), "Content-Type": PART} | headers, raw=content)


def head(server, path, who="rep"):
    return server.call("HEAD", path, who, None, TUS)


def patch_and_break_off(server, path, offset, content, sent):
    """Says that all of the content comes, and ends the connection behind its first bytes."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        lines = [f"PATCH {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {server.people['rep']['token']}",
                 "Tus-Resumable: 1.0.0", f"Upload-Offset: {offset}", f"Content-Type: {PART}", f"Content-Length: {len(content)}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + content[:sent])


def upload(server, case, content, name="file.bin", kind="", who="rep"):
    """-> the id of a whole upload"""
    status, headers, answer = begin(server, case, len(content), name, kind, who)
    assert status == 201, answer
    path = headers["location"]
    status, _, answer = patch(server, path, 0, content, who)
    assert status == 204, answer
    return path.rsplit("/", 1)[1]


def add(server, case, upload_id, kind="other", key=None, who="rep", **more):
    body = {"upload": upload_id, "kind": kind, "title": "现场材料"} | more
    return server.json("POST", f"/v1/cases/{case}/evidence", who, body, {"Idempotency-Key": key} if key else None)


def content(server, item, version=1, who="rep", **headers):
    return server.call("GET", f"/v1/evidence/{item}/versions/{version}/content", who, None, headers)
