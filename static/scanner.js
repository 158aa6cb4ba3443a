/* The scanner: a camera, a decoder, and only links of our own. ES5, no dependency but the vendored jsQR, which is
   fetched when there is no BarcodeDetector that knows QR. What is read never reaches the page as markup, and a foreign
   link is shown and not opened. The words come from data-* of #eye, so they are translated. */
(function () {
  'use strict';
  var d = document, w = window, n = w.navigator, eye = d.getElementById('eye');
  var video = eye.querySelector('video'), view = eye.querySelector('.view'), said = eye.querySelector('.said');
  var other = eye.querySelector('.other'), open = d.getElementById('open'), torch = d.getElementById('torch');
  var canvas = d.createElement('canvas'), pen = canvas.getContext('2d', {willReadFrequently: true}) || canvas.getContext('2d');
  var stream = null, detector = null, turn = 0, lit = false, gone = false;
  var MOST = 800, PAUSE = 120;

  function say(name) { said.textContent = name ? eye.getAttribute('data-' + name) : ''; }

  /* Where one of our codes leads on this very site, or '' for whatever else was read. */
  function ours(text) {
    var link, host, found;
    try { link = new URL(text); } catch (e) { return ''; }
    host = link.host.toLowerCase();
    if (!/^https?:$/.test(link.protocol) || (host !== w.location.host && host !== hostOf(eye.getAttribute('data-host')))) { return ''; }
    found = /\/s\/([0-9a-z-]{10,30})(\/[0-9a-z]{4,20})?\/?$/i.exec(link.pathname);
    return found ? w.location.origin + '/S/' + found[1] + (found[2] || '') : '';
  }
  function hostOf(shown) { return (shown || '').split('/')[0].toLowerCase(); }

  function read(text) {
    var url = ours(text);
    if (!url) {
      say('foreign');
      other.textContent = text.slice(0, 80);
      other.hidden = false;
      return;
    }
    gone = true;
    say('found');
    other.hidden = true;
    if (n.vibrate) { n.vibrate(80); }
    stop();
    w.location.assign(url);
  }

  /* All of the picture, then its middle at full sharpness: a small label far off, or one of many on a sheet. */
  function pixels() {
    var vw = video.videoWidth, vh = video.videoHeight, part = turn % 2 ? 0.5 : 1, pw = vw * part, ph = vh * part;
    var scale = Math.min(1, MOST / Math.max(pw, ph));
    turn += 1;
    canvas.width = Math.round(pw * scale);
    canvas.height = Math.round(ph * scale);
    pen.drawImage(video, (vw - pw) / 2, (vh - ph) / 2, pw, ph, 0, 0, canvas.width, canvas.height);
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }
  function look() {
    if (gone || !stream) { return; }
    if (!video.videoWidth) { w.setTimeout(look, PAUSE); return; }
    if (detector) {
      detector.detect(video).then(function (codes) { if (codes.length) { read(codes[0].rawValue); } again(); }, function () {
        detector = null;
        decoder(look);
      });
      return;
    }
    var picture = pixels(), found = w.jsQR(picture.data, picture.width, picture.height, {inversionAttempts: 'dontInvert'});
    if (found && found.data) { read(found.data); }
    again();
  }
  function again() { w.setTimeout(look, PAUSE); }

  function decoder(then) {
    if (w.jsQR) { then(); return; }
    var script = d.createElement('script');
    script.src = eye.getAttribute('data-decoder');
    script.onload = then;
    script.onerror = function () { stop(); say('cannot'); };
    d.head.appendChild(script);
  }
  function ready(then) {
    if (!w.BarcodeDetector) { decoder(then); return; }
    w.BarcodeDetector.getSupportedFormats().then(function (kinds) {
      if (kinds.indexOf('qr_code') < 0) { decoder(then); return; }
      detector = new w.BarcodeDetector({formats: ['qr_code']});
      then();
    }, function () { decoder(then); });
  }

  function start() {
    if (!n.mediaDevices || !n.mediaDevices.getUserMedia) { say('cannot'); return; }
    open.disabled = true;
    n.mediaDevices.getUserMedia({audio: false, video: {facingMode: 'environment', width: {ideal: 1280}, height: {ideal: 960}}})
      .then(shown, function (error) {
        open.disabled = false;
        say({NotAllowedError: 'refused', NotFoundError: 'none', OverconstrainedError: 'none', NotReadableError: 'busy'}[error.name] || 'cannot');
      });
  }
  function shown(got) {
    var track = got.getVideoTracks()[0], can = track.getCapabilities ? track.getCapabilities() : {};
    stream = got;
    gone = false;
    video.srcObject = got;
    view.hidden = false;
    open.hidden = true;
    open.disabled = false;
    torch.hidden = !can.torch;
    say('look');
    other.hidden = true;
    video.play();
    ready(look);
  }
  function stop() {
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = null;
    lit = false;
    torch.textContent = eye.getAttribute('data-on');
    view.hidden = torch.hidden = true;
    open.hidden = false;
  }

  torch.addEventListener('click', function () {
    lit = !lit;
    stream.getVideoTracks()[0].applyConstraints({advanced: [{torch: lit}]});
    torch.textContent = eye.getAttribute(lit ? 'data-off' : 'data-on');
  });
  open.addEventListener('click', start);
  /* A camera in a pocket is a camera too many. */
  d.addEventListener('visibilitychange', function () { if (d.hidden && stream) { stop(); say(''); } });
  w.addEventListener('pagehide', stop);
  if (n.permissions && n.permissions.query) {
    n.permissions.query({name: 'camera'}).then(function (now) { if (now.state === 'granted') { start(); } }, function () { return null; });
  }
}());
