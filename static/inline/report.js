/* notes: templates/citizen/scan.html */
(function(){'use strict';
var d=document,w=window,N=navigator,P=w.P,$=P.$,show=P.show,each=P.each,T=$('T').dataset,url=w.URL||w.webkitURL;
var F=$('f'),key=F.elements.submission_key,MAX=+T.max,MOST=+T.most;
if(!key.value)key.value=P.uid();

var box=F.elements.words,slot='w'+location.pathname;
function store(v){try{sessionStorage[slot]=v}catch(e){}}
try{box.value=box.value||sessionStorage[slot]||''}catch(e){}

P.size=function(n){var c=$('c-tile'),s=$('c-words'),b=$('by');if(!c)return;
 if(n=='3'){F.insertBefore(s,c);F.insertBefore(b,c)}else{F.insertBefore(s,c.nextSibling);d.querySelector('.side').appendChild(b)}};

function hints(){
 var on={};each('#f input:checked',function(i){if(i.name=='tile'){on[i.value]=1;box.placeholder=T.eg+d.querySelector('[for='+i.id+'] small').textContent}if(i.name=='danger'&&i.value=='yes')on.danger=1});
 each('.cf',function(p){show(p,p.getAttribute('data-k').split(' ').some(function(k){return on[k]}))})}

var mr,voice=null,tick,asking,want;
function fallback(){asking=0;$('rmsg').textContent=T.nomic;show($('rec'),0);show($('afile'),1)}
if(w.MediaRecorder&&N.mediaDevices&&N.mediaDevices.getUserMedia){show($('rbox'),1);show($('afile'),0)}
function mime(){var M=MediaRecorder,o={};
 ['audio/ogg;codecs=opus','audio/mp4','audio/webm;codecs=opus','audio/mp4;codecs=mp4a.40.2'].forEach(function(m){if(M.isTypeSupported&&M.isTypeSupported(m))o={mimeType:m,audioBitsPerSecond:24000}});return o}
function face(on){$('rec').className='btn '+(on?'on':'rec');if(!on)$('rt').textContent=T.rec}
function live(){return mr&&mr.state=='recording'}
function stop(){clearInterval(tick);live()&&mr.stop()}
$('rec').onclick=function(){
 if(live())return stop();
 if(asking)return;
 asking=1;$('rt').textContent=T.allow;
 var late=setTimeout(fallback,9000);
 N.mediaDevices.getUserMedia({audio:true}).then(function(s){
  function off(){s.getTracks().forEach(function(t){t.stop()})}
  clearTimeout(late);if(!asking)return off();
  asking=0;var parts=[],t0=Date.now();
  mr=new MediaRecorder(s,mime());
  mr.ondataavailable=function(e){if(e.data&&e.data.size)parts.push(e.data)};
  mr.onstop=function(){off();clearInterval(tick);face(0);voice=new Blob(parts,{type:mr.mimeType||'audio/mp4'});
   $('aud').src=url.createObjectURL(voice);show($('rout'),1);show($('rec'),0);$('rmsg').textContent=T.heard;recheck();
   if(want){want=0;submit()}else $('send').focus({preventScroll:true})};
  mr.start(1000);face(1);tick=setInterval(beat,500);beat();
  function beat(){var n=Math.round((Date.now()-t0)/1000);$('rt').textContent=T.listen.replace('#',n+'/'+MAX);if(n>=MAX)stop()}
 })['catch'](function(){clearTimeout(late);face(0);fallback()})};
$('redo').onclick=function(){voice=null;show($('rout'),0);show($('rec'),1);$('rmsg').textContent='';$('rec').focus()};

var pics=[];
function shrink(f){return new Promise(function(ok){
 var u=url.createObjectURL(f),i=new Image;
 i.onerror=function(){ok(f)};
 i.onload=function(){var k=Math.min(1,1600/Math.max(i.width,i.height)),c=d.createElement('canvas');c.width=i.width*k;c.height=i.height*k;
  c.getContext('2d').drawImage(i,0,0,c.width,c.height);url.revokeObjectURL(u);
  c.toBlob?c.toBlob(function(b){ok(b||f)},'image/jpeg',.72):ok(f)};
 i.src=u})}
function draw(){var u=$('ph');u.textContent='';
 pics.forEach(function(p,n){var l=d.createElement('li'),i=new Image,b=d.createElement('button'),t=T.pic.replace('#',n+1);
  i.src=url.createObjectURL(p);i.alt=t;b.type='button';b.textContent='×';b.setAttribute('aria-label',T.del+t);
  b.onclick=function(){pics.splice(n,1);draw();$('b2').focus()};l.appendChild(i);l.appendChild(b);u.appendChild(l)});
 show($('pbtn'),pics.length<MOST)}
function pick(){var l=[].slice.call(this.files,0,MOST-pics.length);this.value='';
 Promise.all(l.map(shrink)).then(function(a){pics=pics.concat(a).slice(0,MOST);draw();recheck()})}
$('p1').onchange=$('p2').onchange=pick;
$('b1').onclick=function(){$('p1').click()};$('b2').onclick=function(){$('p2').click()};

$('geo').onclick=function(){
 var g=$('gt'),G=N.geolocation,t=setTimeout(bad,12000);
 function bad(){g.textContent=T.nogeo}
 g.textContent=T.geo;
 G?G.getCurrentPosition(function(p){var c=p.coords;clearTimeout(t);F.lat.value=c.latitude;F.lng.value=c.longitude;F.acc.value=Math.round(c.accuracy);g.textContent=T.gotgeo.replace('#',F.acc.value)},bad,{enableHighAccuracy:true}):bad()};

var CARD={voice:'words',tile:'tile',danger:'tile',at:'where',village:'where',spot:'where',caller_name:'phone'},sent,waits;
F.noValidate=true;
function mark(m){
 each('#f .err',function(e){show(e,0)});each('#f .bad',function(e){e.className='card'});
 var s=$('sum'),k;s.textContent='';
 for(k in m)line(k,m[k]);
 function line(k,t){var n=CARD[k]||k,e=$('e-'+n),c=$('c-'+n),go=$({tile:'k1',danger:'d1',at:'o1',photos:'b1'}[k]||k),a=d.createElement(go?'a':'p');
  if(e){e.textContent=t;show(e,1)}if(c)c.className='card bad';
  a.textContent=t;if(go){a.href='#'+go.id;a.onclick=function(v){v.preventDefault();go.focus()}}s.appendChild(a)}
 if(k){var h=d.createElement('p');h.textContent=T.sum;s.insertBefore(h,s.firstChild)}
 show(s,k);return!k}
function check(){var m={};if(!voice&&!$('voice').files[0]&&!box.value.trim()&&!pics.length)m.words=T.need;return mark(m)}
function recheck(){$('sum').hidden||check()}
F.oninput=F.onchange=function(){if(waits){sent=waits=0;idle()}store(box.value);hints();recheck()};
hints();
function idle(t,on){$('send').disabled=t&&!on;$('st').textContent=t||T.send;show($('pg'),0)}
P.mine=function(j){return j.id==sent};
P.prog=function(j,x){if(P.mine(j)){show($('pg'),1);$('pg').value=x*100}};
P.done=function(j){store('');key.value=P.uid();if(j.lost){P.say(j.lost+' ',j.url);idle(T.got)}else location.href=j.url};
P.fail=function(b){var e=b.errors||{},m={},k;sent='';idle();for(k in e)m[k]=[].concat(e[k])[0];
 if(mark(m)||b.message)P.say((b.message||T.refused)+' ',T.tel&&'tel:'+T.tel,T.call);
 if(!$('sum').hidden)$('sum').focus()};
P.wait=function(j){if(P.mine(j)){waits=!j.number;idle(waits?T.kept:T.got,1)}};
function submit(){
 if(sent){waits=0;idle(T.busy);return P.run()}
 if(live()){want=1;return stop()}
 if(!check())return $('sum').focus();
 var j={id:key.value,to:location.pathname,v:{},f:[],t:Date.now()},v=voice||$('voice').files[0];
 [].forEach.call(F.elements,function(e){if(e.name&&e.type!='file'&&(e.type!='radio'||e.checked))j.v[e.name]=e.value});
 if(v)j.f.push({id:P.uid(),k:'voice',b:v,n:v.name||'voice'});
 pics.forEach(function(p,n){j.f.push({id:P.uid(),k:'photo',b:p,n:p.name||n+1+'.jpg'})});
 sent=j.id;idle(T.busy);P.say('');
 P.save(j).then(P.run)}
F.onsubmit=function(e){e.preventDefault();submit()};
w.onpageshow=function(e){if(e.persisted&&sent)location.reload()};
if(!$('sum').hidden)$('sum').focus();
})();
