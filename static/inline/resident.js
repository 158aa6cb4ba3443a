(function(){'use strict';
var d=document,w=window,R=d.documentElement,T=d.getElementById('T').dataset;
function $(i){return d.getElementById(i)}
function on(e,n,f){e.addEventListener(n,f)}
function show(e,y){if(e)e.hidden=!y}
function each(q,f){[].forEach.call(d.querySelectorAll(q),f)}
R.className+=' js';

each('.pill',function(a){on(a,'click',function(e){
 var n=a.className.slice(-1);e.preventDefault();R.className=R.className.replace(/f\d/,'f'+n);
 d.cookie='fs='+n+';path=/;max-age=31536000;samesite=lax';P.size(n);
 d.querySelector(n=='1'?'.z2':'.z1').focus()})});

var S=w.speechSynthesis,sb=$('say');
if(sb)if(!S||!w.SpeechSynthesisUtterance)show(sb,0);else sb.onclick=function(){
 if(S.speaking)return S.cancel();
 var u=new SpeechSynthesisUtterance(sb.getAttribute('data-say')),no=function(){$('sayt').textContent=T.mute},t=setTimeout(no,4000);
 u.lang=R.lang;u.rate=.9;u.onstart=function(){clearTimeout(t)};u.onerror=function(e){clearTimeout(t);/cancel|interrupt/.test(e.error)||no()};S.speak(u)};

var db,mem=[],busy,more,wait=3000,timer,WEEK=6048e5;
function uid(){return[].map.call(w.crypto.getRandomValues(new Uint8Array(16)),function(n){return(n+256).toString(16).slice(1)}).join('')}
function open(){return db||(db=new Promise(function(ok,no){
 setTimeout(no,3000);var q=w.indexedDB.open('pinganma',1);
 q.onupgradeneeded=function(){q.result.createObjectStore('q',{keyPath:'id'})};q.onsuccess=function(){ok(q.result)};q.onerror=no}))}
function tx(m,f){return open().then(function(b){return new Promise(function(ok,no){
 var t=b.transaction('q',m),q=f(t.objectStore('q'));t.oncomplete=function(){ok(q.result)};t.onerror=t.onabort=no})})}
function not(j){return function(x){return x.id!=j.id}}
function save(j){return tx('readwrite',function(s){return s.put(j)}).then(function(){mem=mem.filter(not(j));P.kept=1},function(){P.kept=0;mem=mem.filter(not(j)).concat(j)})}
function drop(j){mem=mem.filter(not(j));return tx('readwrite',function(s){return s.delete(j.id)}).catch(function(){})}
function all(){return tx('readonly',function(s){return s.getAll()}).then(function(a){return a.concat(mem)},function(){return mem.slice()})}
function post(u,v,prog){return new Promise(function(ok,no){
 var x=new XMLHttpRequest,f=new FormData,k;function put(b){b&&b.b?f.append(k,b.b,b.n):f.append(k,b)}
 for(k in v)[].concat(v[k]).forEach(put);
 x.open('POST',u);x.timeout=60000;x.setRequestHeader('Accept','application/json');
 if(prog)x.upload.onprogress=function(e){e.lengthComputable&&prog(e.loaded/e.total)};
 x.onload=function(){var s=x.status,b;try{b=JSON.parse(x.responseText)}catch(e){}
  if(s<300&&b)return ok(b);
  no(s>399&&s<500&&s!=408&&s!=425&&s!=429?{end:b||{}}:{why:b&&b.message})};
 x.onerror=x.ontimeout=function(){no({})};x.send(f)})}
function words(j){j.v.files=j.f.length;return post(j.to,j.v).catch(function(e){
 if(e.end&&e.end.csrf&&e.end.csrf!=j.v.csrf_token){j.v.csrf_token=e.end.csrf;return post(j.to,j.v)}throw e})}
function send(j){
 var p=j.number?Promise.resolve():words(j).then(function(r){j.number=r.number;j.url=r.url;j.up=r.upload;return save(j)});
 j.f.forEach(function(f,n){p=p.then(function(){return f.ok||post(j.up,{key:f.id,kind:f.k,csrf_token:j.v.csrf_token||'',file:f},function(x){P.prog(j,(n+x)/j.f.length)}).catch(function(e){
  if(!e.end)throw e;j.lost=e.end.message||T.lost}).then(function(){f.ok=1;return save(j)})})});
 return p.then(function(){return drop(j)})}
function say(t,u,l){var m=$('msg');m.textContent=t;if(u){var a=d.createElement('a');a.href=u;a.textContent=l||T.look;m.appendChild(a)}show(m,t)}
function next(){return all().then(function(a){
 var now=Date.now(),old=a.filter(function(j){return now-j.t>WEEK&&!j.yes});
 show($('old'),old.length);
 $('oy').onclick=function(){old.forEach(function(j){j.yes=1});Promise.all(old.map(save)).then(run)};
 $('on').onclick=function(){Promise.all(old.map(drop)).then(next)};
 var j=a.filter(function(j){return old.indexOf(j)<0})[0];
 if(!j)return;
 if(!P.mine(j))say(T.again);
 return send(j).then(function(){P.mine(j)?P.done(j):say((j.lost||T.sent)+' ',j.url)},function(e){
  if(!e.end){j.why=e.why;throw j}
  return drop(j).then(function(){P.mine(j)?P.fail(e.end):say((e.end.message||T.refused)+' '+(j.v.words||'')+' ',T.tel&&'tel:'+T.tel,T.call)})}).then(next)})}
function run(){if(busy)return more=1;busy=1;clearTimeout(timer);
 next().then(function(){busy=0;wait=3000;if(more){more=0;run()}},function(j){busy=0;P.wait(j);
  say(j.number?T.half.replace('#',j.number):j.why||(P.kept?T.off:T.offmem));timer=setTimeout(run,wait);wait=Math.min(wait*2,60000)})}
function nil(){}
var P=w.P={$:$,show:show,each:each,uid:uid,post:post,save:save,run:run,say:say,kept:1,size:nil,prog:nil,mine:nil,done:nil,fail:nil,wait:nil};
on(w,'online',run);on(d,'visibilitychange',function(){d.hidden||run()});
setTimeout(run,0);
})();
