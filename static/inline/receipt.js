/* Receipt: ask every 20 s whether the case moved; read it anew when it did, unless somebody is typing. ES5. */
(function(){'use strict';
var d=document,w=window,e=d.getElementById('T'),tag=e.getAttribute('data-etag'),t,fail=0;
function typing(){var a=d.activeElement;if(a&&/TEXTAREA|INPUT/.test(a.tagName))return 1;
 return[].some.call(d.querySelectorAll('textarea,input[type=file],input[type=radio]'),function(i){return i.type=='radio'?i.checked:i.value})}
function later(){clearTimeout(t);t=setTimeout(ask,Math.min(2e4*Math.pow(2,fail),12e4)*(.85+Math.random()*.3))}
function ask(){
 if(d.hidden)return;
 var x=new XMLHttpRequest;x.open('GET',e.getAttribute('data-state'));x.timeout=15000;if(tag)x.setRequestHeader('If-None-Match',tag);
 x.onload=function(){fail=x.status<400?0:fail+1;var n=x.getResponseHeader('ETag');
  if(x.status==200&&n){if(tag&&n!=tag&&!typing())return location.reload();if(!tag)tag=n}
  later()};
 x.onerror=x.ontimeout=function(){fail++;later()};x.send()}
d.addEventListener('visibilitychange',function(){clearTimeout(t);d.hidden||ask()});
w.addEventListener('online',ask);later();
})();
