/* Where a code hangs: <button id="locate"> fills lat, lng and acc of its form when tapped. Without a script, or where
   the phone says nothing, none is sent. ES5, no dependency. */
(function () {
  'use strict';
  var button = document.getElementById('locate'), place = navigator.geolocation, form, timer;
  function say(name, more) { button.textContent = button.getAttribute('data-' + name).replace('#', more); }
  function failed() { clearTimeout(timer); say('no', ''); }
  if (!button || !place) { return; }
  form = button.form;
  button.hidden = false;
  button.onclick = function () {
    say('on', '');
    timer = setTimeout(failed, 12000);
    place.getCurrentPosition(function (found) {
      var at = found.coords;
      clearTimeout(timer);
      form.lat.value = at.latitude;
      form.lng.value = at.longitude;
      form.acc.value = Math.round(at.accuracy);
      say('got', form.acc.value);
    }, failed, {enableHighAccuracy: true});
  };
}());
