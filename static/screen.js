/* The screen of an activity: asks for itself anew when its minute is over by the server's clock, and swaps the code
   without a flash. Without a script the page reloads itself. ES5, no dependency.
   Where the network is away the old code is dimmed as soon as it is worth nothing, and asked for every 5 s. */
(function () {
  'use strict';
  var d = document, w = window, off = d.getElementById('off'), drawn = Date.now(), lock = null;
  var RETRY = 5000, WORTH = 125000;
  function box() { return d.getElementById('screen'); }
  function wait(ms) { w.setTimeout(ask, ms); }
  function next() {
    var left = Number(box().getAttribute('data-left'));
    if (left) { wait(left * 1000); }
  }
  function lost() {
    off.hidden = false;
    if (Date.now() - drawn > WORTH) { d.body.className = 'stale'; }
    wait(RETRY);
  }
  function ask() {
    var x = new XMLHttpRequest();
    x.open('GET', w.location.href);
    x.timeout = 15000;
    x.onload = function () {
      if (x.status !== 200) { return x.status < 500 ? w.location.reload() : lost(); }
      var fresh = new DOMParser().parseFromString(x.responseText, 'text/html').getElementById('screen');
      if (!fresh) { return w.location.reload(); }
      box().parentNode.replaceChild(d.importNode(fresh, true), box());
      drawn = Date.now();
      off.hidden = true;
      d.body.className = '';
      next();
    };
    x.onerror = x.ontimeout = lost;
    x.send();
  }
  /* A phone that is held up must not go dark; a browser without the lock is told to by hand (on the page before). */
  function awake() {
    if (d.visibilityState === 'visible' && w.navigator.wakeLock && !lock) {
      w.navigator.wakeLock.request('screen').then(function (got) {
        lock = got;
        got.addEventListener('release', function () { lock = null; });
      }, function () { return null; });
    }
  }
  d.addEventListener('visibilitychange', function () {
    awake();
    if (d.visibilityState === 'visible' && Date.now() - drawn > 60000) { w.location.reload(); }
  });
  awake();
  next();
}());
