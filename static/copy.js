/* Copies the text of a field: <button data-copy="id of the field" data-done="…" data-failed="…">. ES5, no dependency. */
(function () {
  'use strict';
  var d = document;
  function old(field) {
    field.focus();
    field.select();
    if (field.setSelectionRange) { field.setSelectionRange(0, field.value.length); }
    try { return d.execCommand('copy'); } catch (e) { return false; }
  }
  function tell(button, worked) { button.textContent = button.getAttribute(worked ? 'data-done' : 'data-failed'); }
  d.documentElement.className += ' js';
  d.addEventListener('click', function (event) {
    var button = event.target, field;
    while (button && button !== d && !(button.getAttribute && button.getAttribute('data-copy'))) { button = button.parentNode; }
    if (!button || button === d) { return; }
    field = d.getElementById(button.getAttribute('data-copy'));
    if (navigator.clipboard && navigator.clipboard.writeText) {
      navigator.clipboard.writeText(field.value).then(function () { tell(button, true); }, function () { tell(button, old(field)); });
    } else {
      tell(button, old(field));
    }
  });
}());
