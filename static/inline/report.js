(function(){'use strict';
var d=document,w=window,P=w.P,$=P.$,show=P.show,each=P.each,T=$('T').dataset,F=$('f'),key=F.elements.submission_key,sent,waits,want;
if(!key.value)key.value=P.uid();

var box=F.elements.words,ready=$('st').textContent,slot='w'+location.pathname;
function store(v){try{sessionStorage[slot]=v}catch(e){}}
try{box.value=box.value||sessionStorage[slot]||''}catch(e){}

P.size=function(n){var c=$('c-tile'),s=$('c-words'),b=$('by');if(!c)return;
 if(n=='3'){F.insertBefore(s,c);F.insertBefore(b,c)}else{F.insertBefore(s,c.nextSibling);d.querySelector('.side').appendChild(b)}};

function hints(){
 var on={};each('#f input:checked',function(i){if(i.name=='tile'){on[i.value]=1;box.placeholder=T.eg+d.querySelector('[for='+i.id+'] small').textContent}if(i.name=='danger'&&i.value=='yes')on.danger=1});
 each('.cf',function(p){show(p,p.getAttribute('data-k').split(' ').some(function(k){return on[k]}))})}

P.got=function(heard){recheck();if(heard)if(want){want=0;submit()}else $('send').focus({preventScroll:true})};

$('geo').onclick=function(){
 var g=$('gt'),G=navigator.geolocation,t=setTimeout(bad,12000);
 function bad(){g.textContent=T.nogeo}
 g.textContent=T.geo;
 G?G.getCurrentPosition(function(p){var c=p.coords;clearTimeout(t);F.lat.value=c.latitude;F.lng.value=c.longitude;F.acc.value=Math.round(c.accuracy);g.textContent=T.gotgeo.replace('#',F.acc.value)},bad,{enableHighAccuracy:true}):bad()};

P.card={voice:'words',danger:'tile',at:'where',village:'where',spot:'where',caller_name:'phone'};
F.noValidate=true;
function mark(m){return P.mark(m,{tile:'k1',danger:'d1',at:'o1',photos:'b1'})}
function check(){var m={};if(!P.said()&&!box.value.trim()&&!P.pics.length)m.words=T.need;return mark(m)}
function recheck(){$('sum').hidden||check()}
F.oninput=F.onchange=function(){if(waits){sent=waits=0;idle()}store(box.value);hints();recheck()};
hints();
function idle(t,on){$('send').disabled=t&&!on;$('st').textContent=t||ready;show($('pg'),0)}
P.mine=function(j){return j.id==sent};
P.prog=function(j,x){if(P.mine(j)){show($('pg'),1);$('pg').value=x*100}};
P.done=function(j){store('');key.value=P.uid();if(j.lost){P.say(j.lost+' ',j.url);idle(T.got)}else location.href=j.url};
P.fail=function(b){var e=b.errors||{},m={},k;sent='';idle();for(k in e)m[k]=[].concat(e[k])[0];
 if(mark(m)||b.message)P.say((b.message||T.refused)+' ',T.tel&&'tel:'+T.tel,T.call);
 if(!$('sum').hidden)$('sum').focus()};
P.wait=function(j){if(P.mine(j)){waits=!j.number;idle(waits?T.kept:T.got,1)}};
function submit(){
 if(sent){waits=0;idle(T.busy);return P.run()}
 if(P.live()){want=1;return P.stop()}
 if(!check())return $('sum').focus();
 var j={id:key.value,to:location.pathname,v:{},f:[],t:Date.now()},v=P.said();
 [].forEach.call(F.elements,function(e){if(e.name&&e.type!='file'&&(e.type!='radio'||e.checked))j.v[e.name]=e.value});
 if(v)j.f.push({id:P.uid(),k:'voice',b:v,n:v.name||'voice'});
 P.pics.forEach(function(p,n){j.f.push({id:P.uid(),k:'photo',b:p,n:p.name||n+1+'.jpg'})});
 sent=j.id;idle(T.busy);P.say('');
 P.save(j).then(P.run)}
F.onsubmit=function(e){e.preventDefault();submit()};
w.onpageshow=function(e){if(e.persisted&&sent)location.reload()};
if(!$('sum').hidden)$('sum').focus();
})();
