/* The counter's page. All of it works without: this names the place while its number is typed, sends with Enter from
   the large field (Shift+Enter is a new line), asks again while a report is on its way, and opens the print window. */
(function () {
  'use strict';
  var d = document, place = d.getElementById('place'), area = d.getElementById('area'), out = d.getElementById('spot');
  var timer, asked = '';
  function ask() {
    var typed = place.value, want = typed + '|' + area.value, x;
    if (!/[0-9０-９零〇一二三四五六七八九幺两]/.test(typed) || typed.length < 4) { out.hidden = true; asked = ''; return; }
    if (want === asked) { return; }
    asked = want;
    x = new XMLHttpRequest();
    x.open('GET', place.getAttribute('data-spot') + '?number=' + encodeURIComponent(typed) + '&area=' + encodeURIComponent(area.value));
    x.setRequestHeader('Accept', 'application/json');
    x.onload = function () {
      var said;
      if (asked !== want || x.status !== 200) { return; }
      try { said = JSON.parse(x.responseText); } catch (e) { return; }
      out.textContent = said.name;
      out.className = said.known ? 'ok' : 'msg';
      out.hidden = !said.name;
    };
    x.send();
  }
  function soon() { clearTimeout(timer); timer = setTimeout(ask, 250); }
  if (place && area && out) { place.addEventListener('input', soon); area.addEventListener('change', ask); if (place.value) { ask(); } }

  Array.prototype.forEach.call(d.querySelectorAll('[data-enter]'), function (el) {
    el.addEventListener('keydown', function (e) {
      if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) { return; }
      e.preventDefault();
      el.form.querySelector('[name=step][value=look]').click();
    });
  });

  var wait = d.querySelector('[data-wait]'), print = d.getElementById('print');
  if (wait) { setTimeout(function () { location.reload(); }, +wait.getAttribute('data-wait') * 1000); }
  if (print) { print.hidden = false; print.onclick = function () { window.print(); }; }
})();
