"""What a real browser's recorder makes of the demo's seat clip is taken, sealed, chained, verified."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from examserver.demo.film import SEAT_SIZE, seat_clip
from proctor.segments.container import check_webm, frames_in
from proctor.segments.verify import verify_video
from tests.proctor.clips import make_recorder

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]

RECORD = """
async () => {
  const video = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { ideal: 10, max: 15 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  const found = [];
  let running = null;
  const next = () => {
    const old = running;
    const fresh = new MediaRecorder(stream, { mimeType: "video/webm;codecs=vp8", videoBitsPerSecond: 90000 });
    fresh.addEventListener("dataavailable", (event) => found.push(event.data));
    fresh.start();
    if (old) old.stop();
    running = fresh;
  };
  next();
  for (let i = 0; i < 3; i += 1) {
    await new Promise((done) => setTimeout(done, 1500));
    next();
  }
  await new Promise((done) => setTimeout(done, 500));
  const texts = [];
  for (const blob of found) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    texts.push(btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join("")));
  }
  return texts;
}
"""


class Page(BaseHTTPRequestHandler):
    """An empty page on loopback, which is a secure context."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>camera</title>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to tell."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def recorded(chromium_path: str, address: str, clip: Path) -> list[bytes]:
    """Segments of the browser's own recorder over the clip."""
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={clip}"]
        browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
        try:
            page = browser.new_page()
            page.goto(address)
            return [base64.b64decode(text) for text in page.evaluate(RECORD)]
        finally:
            browser.close()


def test_a_browsers_segments_are_taken_and_show_the_candidate(chromium_path: str, address: str, tmp_path: Path) -> None:
    clip = tmp_path / "seat.mjpeg"
    seat_clip(clip)
    segments = recorded(chromium_path, address, clip)
    assert len(segments) == 3
    for data in segments:
        check_webm(data)
        assert frames_in(data) >= 5
    recorder = make_recorder(tmp_path)
    for n, data in enumerate(segments, 1):
        assert recorder.take(n, clip=data).stored
    report = verify_video(recorder.close()[0], recorder.trust, recorder.opener)
    assert report.ok, report.failures()
    last = tmp_path / "last.webm"
    last.write_bytes(segments[-1])
    reader = cv2.VideoCapture(str(last))
    good, picture = reader.read()
    reader.release()
    assert good and picture.shape == (SEAT_SIZE[1], SEAT_SIZE[0], 3)
    shirt = picture[210:235, 140:180].reshape(-1, 3).mean(axis=0)
    assert np.argmax(shirt) == 0, "a blue shirt, as drawn"
