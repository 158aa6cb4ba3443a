/* Staff pages. One element, one URL, asked with an ETag; countdowns that are right after sleep; a sound that was
   asked for. ES5, no dependency.

   <section data-live="/g/queue/part" data-every="10000" data-etag="…">  replaced by the answer when it changed
     … an element inside with data-badge="3" is the number that rings when it rises
   <b data-due="2026-11-21T13:08:00Z">…</b>                              ticks every second, .late after its time
   <html data-…> is not used; words come from the page: data-t-* on the data-live element, else on <body>:
     t-at 更新于   t-off 没连上，显示的是 # 的内容   t-late 超了   t-left 还剩   t-fresh 有新内容，点这里看
     t-sound 打开提示音   t-quiet 关掉提示音   t-day 天   t-hour 小时   t-minute 分   t-second 秒 */
(function () {
  'use strict';
  var d = document, w = window, title = d.title, ring = null;
  var WORDS = {at: '更新于', off: '没连上，显示的是 # 的内容', late: '超了', left: '还剩', fresh: '有新内容，点这里看',
    sound: '打开提示音', quiet: '关掉提示音', day: '天', hour: '小时', minute: '分', second: '秒'};
  function word(el, name) { name = 'data-t-' + name; return (el && el.getAttribute(name)) || d.body.getAttribute(name) || WORDS[name.slice(7)]; }
  function two(n) { return ('0' + n).slice(-2); }
  function clock(t) { return two(t.getHours()) + ':' + two(t.getMinutes()) + ':' + two(t.getSeconds()); }
  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function make(tag, cls) { var e = d.createElement(tag); e.className = cls; return e; }

  /* Countdowns: the deadline is a point in time, so sleep, reload and a stopped timer do no harm. The server's own
     clock (the Date header, or data-now on <body>) corrects a phone that is wrong. */
  var skew = 0, now0 = d.body.getAttribute('data-now');
  if (now0) { skew = Date.parse(now0) - Date.now(); }
  function span(ms, el) {
    var s = Math.floor(Math.abs(ms) / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60), days = Math.floor(h / 24);
    if (days > 1) { return days + word(el, 'day') + (h % 24) + word(el, 'hour'); }
    if (h) { return h + word(el, 'hour') + (m % 60) + word(el, 'minute'); }
    return (m ? m + word(el, 'minute') : '') + (s % 60) + word(el, 'second');
  }
  function tick() {
    each(d.querySelectorAll('[data-due]'), function (el) {
      var left = Date.parse(el.getAttribute('data-due')) - Date.now() - skew;
      if (isNaN(left)) { return; }
      var text = word(el, left < 0 ? 'late' : 'left') + ' ' + span(left, el);
      if (el.textContent !== text) { el.textContent = text; }
      if ((left < 0) !== /\blate\b/.test(el.className)) {
        el.className = left < 0 ? el.className + ' late' : el.className.replace(/ ?\blate\b/, '');
      }
    });
  }
  setInterval(tick, 1000);
  tick();

  /* Sound: browsers allow it only after a tap, and people only when they asked for it. */
  function wanted() { try { return w.localStorage.getItem('sound') === '1'; } catch (e) { return false; } }
  function want(on) { try { w.localStorage.setItem('sound', on ? '1' : '0'); } catch (e) { /* private window */ } }
  function arm() {
    var A = w.AudioContext || w.webkitAudioContext;
    if (A && !ring) { ring = new A(); }
    if (ring && ring.state === 'suspended') { ring.resume(); }
  }
  function beep() {
    if (!ring || ring.state !== 'running') { return; }
    [0, 0.25].forEach(function (at) {
      var o = ring.createOscillator(), g = ring.createGain(), t = ring.currentTime + at;
      o.frequency.value = 880; g.gain.setValueAtTime(0.3, t); g.gain.exponentialRampToValueAtTime(0.001, t + 0.2);
      o.connect(g); g.connect(ring.destination); o.start(t); o.stop(t + 0.2);
    });
  }
  d.addEventListener('click', function () { if (wanted()) { arm(); } });

  function count(el) {
    var b = el.hasAttribute('data-badge') ? el : el.querySelector('[data-badge]');
    return b ? +b.getAttribute('data-badge') || 0 : null;
  }
  function badge(n) { d.title = n ? '(' + n + ') ' + title : title; }

  each(d.querySelectorAll('[data-live]'), function (el) {
    var url = el.getAttribute('data-live'), every = +el.getAttribute('data-every') || 10000;
    var etag = el.getAttribute('data-etag') || '', timer, fails = 0, asking = false, kept = null, last = new Date();
    var known = count(el);
    var bar = make('div', 'live'), at = make('span', 'live-at'), snd = make('button', 'btn'), off = make('p', 'msg live-off');
    var fresh = make('button', 'btn pri live-new');
    snd.type = fresh.type = 'button';
    off.setAttribute('role', 'status');
    off.hidden = fresh.hidden = true;
    fresh.textContent = word(el, 'fresh');
    bar.appendChild(at); bar.appendChild(snd); bar.appendChild(fresh); bar.appendChild(off);
    el.parentNode.insertBefore(bar, el);
    snd.hidden = known === null;
    if (known) { badge(known); }
    function face() { snd.textContent = word(el, wanted() ? 'quiet' : 'sound'); snd.setAttribute('aria-pressed', wanted()); }
    snd.onclick = function () { want(!wanted()); face(); if (wanted()) { arm(); beep(); } };
    face();

    function said() { at.textContent = word(el, 'at') + ' ' + clock(last); off.hidden = fails < 3; off.textContent = fails < 3 ? '' : word(el, 'off').replace('#', clock(last)); }
    function busy() { var a = d.activeElement; return a && a !== d.body && el.contains(a) && a !== el; }
    function put(html) {
      el.innerHTML = html; kept = null; fresh.hidden = true; tick();
      var n = count(el);
      if (n !== null) { if (known !== null && n > known) { beep(); } known = n; badge(n); }
    }
    fresh.onclick = function () { if (kept !== null) { put(kept); } };
    el.addEventListener('focusout', function () { setTimeout(function () { if (kept !== null && !busy()) { put(kept); } }, 0); });
    function later() { clearTimeout(timer); timer = setTimeout(ask, Math.min(every * Math.pow(2, fails), 120000) * (0.85 + Math.random() * 0.3)); }
    function ask() {
      clearTimeout(timer);
      if (d.hidden || asking) { return; }
      asking = true;
      var x = new XMLHttpRequest();
      x.open('GET', url + (url.indexOf('?') < 0 ? '?' : '&') + '_=' + Date.now());
      x.timeout = 15000;
      x.setRequestHeader('X-Requested-With', 'XMLHttpRequest');
      x.setRequestHeader('X-Live', '1'); // a page that asks by itself is no tap: it keeps nobody signed in
      if (etag) { x.setRequestHeader('If-None-Match', etag); }
      x.onload = function () {
        asking = false;
        if (x.status === 401 || x.status === 403) { w.location.reload(); return; }
        if (x.status !== 304 && x.status !== 200) { bad(); return; }
        var date = Date.parse(x.getResponseHeader('Date') || '');
        if (date && Math.abs(date - Date.now()) > 5000) { skew = date - Date.now(); }
        fails = 0; last = new Date();
        if (x.status === 200) {
          etag = x.getResponseHeader('ETag') || '';
          if (busy()) { kept = x.responseText; fresh.hidden = false; } else { put(x.responseText); }
        }
        said(); later();
      };
      x.onerror = x.ontimeout = bad;
      x.send();
    }
    function bad() { asking = false; fails += 1; said(); later(); }
    d.addEventListener('visibilitychange', function () { if (d.hidden) { clearTimeout(timer); } else { tick(); ask(); } });
    w.addEventListener('online', ask);
    w.addEventListener('pageshow', function (e) { if (e.persisted) { ask(); } });
    said(); later();
  });
})();
