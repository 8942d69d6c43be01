"""How the Python peers are run: on a free port, told of the other side, gone with whoever started them."""

import json
import logging
import sys
import threading

from werkzeug.serving import make_server


def run(app, told):
    """Serves `app`: prints `ready: URL`, hands the line of JSON that comes to `told`, ends with standard input."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"ready: http://127.0.0.1:{server.server_port}", flush=True)
    for line in sys.stdin:
        told(json.loads(line))
        print("told", flush=True)
