"""libtorrent (Rasterbar) as a program: one JSON object a line on standard input is a command, one a line on standard
output is an answer ("reply", with the command's number) or something that happened ("event", with the torrent's id).

Nothing here waits for a length of time: commands are carried out as they come, events are written as libtorrent says
them. Unless the settings say otherwise the session leaves the machine alone: loopback only, no DHT, no multicast, no
port mapping.
"""

import json
import os
import sys
import threading
import time
import traceback

import libtorrent as lt

QUIET = {
    "listen_interfaces": "127.0.0.1:0",
    "outgoing_interfaces": "",
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    # Everybody is at 127.0.0.1.
    "allow_multiple_connections_per_ip": True,
    # Ours speak TCP; trying uTP first costs a time limit for each peer.
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "announce_to_all_trackers": True,
    "announce_to_all_tiers": True,
    # One that closed is tried again soon, and nobody is kept waiting for a better moment.
    "min_reconnect_time": 1,
    "stop_tracker_timeout": 1,
    "alert_queue_size": 100_000,
}

CATEGORIES = (
    lt.alert.category_t.error_notification
    | lt.alert.category_t.status_notification
    | lt.alert.category_t.storage_notification
    | lt.alert.category_t.tracker_notification
    | lt.alert.category_t.connect_notification
    | lt.alert.category_t.peer_notification
    | lt.alert.category_t.progress_notification
)

VERSIONS = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}


class Transfer:
    """One torrent of the session."""

    def __init__(self, identity, handle):
        self.identity = identity
        self.handle = handle
        self.added_at = time.monotonic()
        self.has_finished = False
        self.seconds = 0.0
        # What each peer gave, by its address, also after it has left.
        self.given = {}


class Client:
    def __init__(self, settings, logs_wire):
        categories = CATEGORIES
        if logs_wire:
            categories |= lt.alert.category_t.peer_log_notification | lt.alert.category_t.torrent_log_notification
        self.session = lt.session({**QUIET, **settings, "alert_mask": categories})
        self.writing = threading.Lock()
        self.transfers = {}
        self.by_handle = {}
        self.is_ending = False

    def say(self, message):
        with self.writing:
            sys.stdout.write(json.dumps(message) + "\n")
            sys.stdout.flush()

    def run(self):
        alerts = threading.Thread(target=self.read_alerts)
        alerts.start()
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = getattr(self, "do_" + request["command"])(request)
                self.say({"reply": request["number"], "value": answer})
            except Exception as error:  # whatever libtorrent refuses is the caller's to judge
                traceback.print_exc()
                self.say({"reply": request["number"], "error": f"{type(error).__name__}: {error}"})
        self.is_ending = True
        # Something has to happen for the other thread to look up.
        self.session.post_session_stats()
        alerts.join()

    # Commands.

    def do_create(self, request):
        """Makes a .torrent of a file or a folder."""
        path = request["path"]
        files = lt.file_storage()
        lt.add_files(files, path)
        torrent = lt.create_torrent(files, request.get("pieceLength", 0), VERSIONS[request["version"]])
        for tier, url in enumerate(request.get("trackers", [])):
            torrent.add_tracker(url, tier)
        lt.set_piece_hashes(torrent, os.path.dirname(path))
        with open(request["output"], "wb") as output:
            output.write(lt.bencode(torrent.generate()))
        return self.do_inspect({"torrent": request["output"]})

    def do_inspect(self, request):
        """What libtorrent reads in a .torrent."""
        info = lt.torrent_info(request["torrent"])
        hashes = info.info_hashes()
        described = {"name": info.name(), "pieceLength": info.piece_length(), "magnet": lt.make_magnet_uri(info)}
        if hashes.has_v1():
            described["infoHash"] = str(hashes.v1)
        if hashes.has_v2():
            described["infoHashV2"] = str(hashes.v2)
        return described

    def do_add(self, request):
        """Joins a swarm. `source` is the path of a .torrent, or a magnet link."""
        source = request["source"]
        if source.startswith("magnet:"):
            parameters = lt.parse_magnet_uri(source)
        else:
            parameters = lt.add_torrent_params()
            parameters.ti = lt.torrent_info(source)
        parameters.save_path = request["folder"]
        parameters.download_limit = request.get("downloadLimit", -1)
        parameters.trackers = parameters.trackers + request.get("trackers", [])
        # Without automatic management nothing is queued behind anything else.
        parameters.flags &= ~lt.torrent_flags.auto_managed
        parameters.flags &= ~lt.torrent_flags.paused
        transfer = Transfer(request["id"], self.session.add_torrent(parameters))
        self.transfers[transfer.identity] = transfer
        self.by_handle[transfer.handle] = transfer
        for host, port in request.get("peers", []):
            transfer.handle.connect_peer((host, port))
        # What libtorrent said before the transfer had its place in the table.
        if transfer.handle.status().is_finished:
            transfer.handle.flush_cache()

    def do_connect(self, request):
        self.transfers[request["id"]].handle.connect_peer((request["host"], request["port"]))

    def do_announce(self, request):
        self.transfers[request["id"]].handle.force_reannounce()

    def do_remove(self, request):
        transfer = self.transfers.pop(request["id"])
        self.by_handle.pop(transfer.handle)
        self.session.remove_torrent(transfer.handle)

    def do_stats(self, request):
        transfer = self.transfers[request["id"]]
        status = transfer.handle.status()
        return {
            "state": str(status.state),
            "progress": status.progress,
            "doneBytes": status.total_wanted_done,
            "downloadedBytes": status.total_payload_download,
            "uploadedBytes": status.total_payload_upload,
            "downloadRate": status.download_payload_rate,
            "uploadRate": status.upload_payload_rate,
            "givenBytes": transfer.given,
            "peers": [
                {
                    "client": peer.client.decode("utf-8", "replace") if isinstance(peer.client, bytes) else peer.client,
                    "host": peer.ip[0],
                    "port": peer.ip[1],
                    "downloadedBytes": peer.total_download,
                    "uploadedBytes": peer.total_upload,
                }
                for peer in transfer.handle.get_peer_info()
            ],
        }

    # Events.

    def read_alerts(self):
        # Not by wait_for_alert: the alert that it returns may be moved in memory while Python wraps it, a crash in 2.0.8.
        woken, waker = os.pipe()
        self.session.set_alert_fd(waker)
        while not self.is_ending:
            os.read(woken, 1024)
            for alert in self.session.pop_alerts():
                self.on_alert(alert)

    def on_alert(self, alert):
        handle = getattr(alert, "handle", None)
        transfer = None if handle is None else self.by_handle.get(handle)
        name = type(alert).__name__
        if "log_alert" in name:
            print(alert.message(), file=sys.stderr, flush=True)
        if transfer is None:
            return
        if name == "torrent_finished_alert" and not transfer.has_finished:
            transfer.has_finished = True
            transfer.seconds = time.monotonic() - transfer.added_at
            # Said to the caller when the bytes are in the file, not only known to be right.
            handle.flush_cache()
        elif name == "cache_flushed_alert" and handle.status().is_finished:
            self.say({"event": "finished", "id": transfer.identity, "seconds": transfer.seconds})
        elif name == "piece_finished_alert":
            for peer in handle.get_peer_info():
                transfer.given[f"{peer.ip[0]}:{peer.ip[1]}"] = peer.total_download
            self.say({"event": "piece", "id": transfer.identity, "piece": alert.piece_index})
        elif name == "metadata_received_alert":
            self.say({"event": "metadata", "id": transfer.identity})
        elif name == "tracker_reply_alert":
            self.say({"event": "announced", "id": transfer.identity, "url": alert.url, "peerCount": alert.num_peers})
        elif name in REMARKABLE:
            self.say({"event": "note", "id": transfer.identity, "kind": name, "text": alert.message()})


# What tells why a transfer does not go on.
REMARKABLE = {
    "file_error_alert",
    "hash_failed_alert",
    "invalid_request_alert",
    "metadata_failed_alert",
    "peer_ban_alert",
    "peer_disconnected_alert",
    "peer_error_alert",
    "torrent_conflict_alert",
    "torrent_error_alert",
    "tracker_error_alert",
    "tracker_warning_alert",
}

if __name__ == "__main__":
    options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    client = Client(options.get("settings", {}), options.get("logsWire", False))
    client.say({"event": "listening", "port": client.session.listen_port(), "version": lt.__version__})
    client.run()
