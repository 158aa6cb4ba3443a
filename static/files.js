/* Forms with files: what the server would refuse for its number or its size is said when it is chosen, and not sent, so
   that the page stays and nothing typed is lost. Without a script the server says it. ES5, no dependency.

   <input type="file" data-most="5" data-many="照片最多 5 张。" data-bytes="15000000" data-big="…太大了…" data-heavy="…一共太大了…"> */
(function () {
  'use strict';
  var d = document, ALL = 95e6; // bytes of a form; the server takes a little more
  function each(list, f) { Array.prototype.forEach.call(list, f); }
  function weight(files) { var sum = 0; each(files, function (one) { sum += one.size; }); return sum; }
  function wrong(input) {
    var files = input.files || [], bytes = +input.getAttribute('data-bytes'), big = 0;
    if (files.length > +input.getAttribute('data-most')) { return input.getAttribute('data-many'); }
    each(files, function (one) { if (one.size > bytes) { big = 1; } });
    return big ? input.getAttribute('data-big') : weight(files) > ALL ? input.getAttribute('data-heavy') : '';
  }
  function say(input, sentence) {
    var id = 'f-' + input.id, p = d.getElementById(id);
    if (!p) {
      p = d.createElement('p');
      p.id = id;
      p.className = 'err';
      p.setAttribute('role', 'alert');
      input.parentNode.insertBefore(p, input);
    }
    p.textContent = sentence;
    p.hidden = !sentence;
    if (sentence) { input.setAttribute('aria-invalid', 'true'); } else { input.removeAttribute('aria-invalid'); }
    return sentence;
  }
  each(d.querySelectorAll('input[data-most]'), function (input) {
    input.addEventListener('change', function () { say(input, wrong(input)); });
    input.form.addEventListener('submit', function (e) {
      if (!say(input, wrong(input)) || e.defaultPrevented) { return; }
      e.preventDefault();
      input.focus();
    });
  });
}());
