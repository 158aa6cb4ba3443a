/* A member's 60-second code: counts down in words, and asks for the next one when the minute is over by the server's
   clock. Without a script the page reloads itself. ES5, no dependency. */
(function () {
  'use strict';
  var d = document, w = window, box = d.getElementById('left'), over = Date.now() + 1000 * Number(box.getAttribute('data-left'));
  function tick() {
    var left = Math.ceil((over - Date.now()) / 1000);
    if (left > 0) {
      box.textContent = box.getAttribute('data-words').replace('#', left);
      w.setTimeout(tick, 1000);
    } else if (w.navigator.onLine === false) {
      box.textContent = box.getAttribute('data-off');
    } else {
      w.location.reload();
    }
  }
  d.addEventListener('visibilitychange', function () {
    if (d.visibilityState === 'visible' && Date.now() > over) { w.location.reload(); }
  });
  w.setTimeout(tick, 1000);
}());
