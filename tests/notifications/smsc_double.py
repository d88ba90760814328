"""A local double of SMSC.ru's HTTP API: keeps what it has accepted and answers as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class SmscDouble:
    def __init__(self) -> None:
        self.accepted: list[dict[str, str]] = []
        self.asked: list[str] = []
        # Errors for the next send calls, then acceptance; "hang" accepts and answers too late.
        self.next_answers: list[int | str] = []
        self.status_is_down = False
        self.hang_seconds = 1.0
        self.url = ""

    def send(self, fields: dict[str, str]) -> dict[str, object]:
        answer = self.next_answers.pop(0) if self.next_answers else "accept"
        if isinstance(answer, int):
            return {"error": f"error {answer}", "error_code": answer}
        self.accepted.append(fields)
        if answer == "hang":
            time.sleep(self.hang_seconds)
        return {"id": int(fields["id"]), "cnt": 1, "cost": "3.40", "balance": "100"}

    def status(self, fields: dict[str, str]) -> dict[str, object]:
        self.asked.append(fields["id"])
        if self.status_is_down:
            return {"error": "blocked", "error_code": 4}
        known = [sms for sms in self.accepted if (sms["id"], sms["phones"]) == (fields["id"], fields["phone"])]
        return {"status": 1, "cost": "3.40"} if known else {"status": -3}


@contextmanager
def running_smsc() -> Iterator[SmscDouble]:
    double = SmscDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            fields = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
            assert (fields["login"], fields["psw"], fields["fmt"]) == ("clinic", "secret", "3")
            answer = double.send(fields) if self.path == "/sys/send.php" else double.status(fields)
            payload = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}"
    yield double
    server.shutdown()
    server.server_close()
    thread.join()
